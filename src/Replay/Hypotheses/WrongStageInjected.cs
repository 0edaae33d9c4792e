using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The stage bits are wrong and the rest is right.</summary>
internal sealed class WrongStageInjected : IHypothesis
{
    public string Id => "walk-stage-injected-as-final";

    public string Title => "a fault on a guest page table is reported to L1 as one on the final address";

    public double Explains(FaultObservation seen) =>
        InfoDifference.Of(seen) is { } d && d != 0 && (seen.Access.Mode == FaultMode.Ept ? d is 0x100 && (seen.ExpectedInfo & 0x100) == 0 : d == 3UL << 32 && (seen.ExpectedInfo >> 32 & 3) == 2) ? 1 : 0;
}
