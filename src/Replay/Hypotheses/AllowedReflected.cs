using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The walk's entries allow the access, and a permission error is made of it.</summary>
internal sealed class AllowedReflected : IHypothesis
{
    public string Id => "allowed-reflected";

    public string Title => "an access that L1's tables allow is reflected all the same";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: true, Injected: true } && seen.L1Outcome == NestedOutcome.Ok ? ((seen.WalkErrorPferr & 1) != 0 ? 0.97 : 0.6) : 0;
}
