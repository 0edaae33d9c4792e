using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The reverse of the usual mix-up.</summary>
internal sealed class FinalInjectedAsWalk : IHypothesis
{
    public string Id => "final-injected-as-walk";

    public string Title => "a fault on the final address is reported to L1 as one on a guest page table";

    public double Explains(FaultObservation seen) =>
        InfoDifference.Of(seen) is { } d && (seen.Access.Mode == FaultMode.Ept ? d == 0x100 && (seen.ExpectedInfo & 0x100) != 0 : d == 3UL << 32 && (seen.ExpectedInfo >> 32 & 3) == 1)
            ? 1
            : 0;
}
