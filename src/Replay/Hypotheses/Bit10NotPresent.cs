using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>A user-execute-only entry is reflected as not mapped: the walk ends without P.</summary>
internal sealed class Bit10NotPresent : IHypothesis
{
    public string Id => "bit-10-not-present";

    public string Title => "an EPT12 entry with bit 10 alone is not counted as present";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: true, Injected: true } && (seen.L1Leaf & 0x407) == 0x400 && (seen.WalkErrorPferr & 1) == 0 && seen.L1Outcome == NestedOutcome.Ok
            ? 1
            : 0;
}
