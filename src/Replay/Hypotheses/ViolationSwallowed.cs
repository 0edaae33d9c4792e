using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The walk ends in an error, and L2 is entered again without an exit to L1.</summary>
internal sealed class ViolationSwallowed : IHypothesis
{
    public string Id => "violation-swallowed";

    public string Title => "a failed nested walk is not injected into L1";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: true, Injected: false } && seen.L1Outcome != NestedOutcome.Ok ? (seen.WalkError ? 1 : 0.4) : 0;
}
