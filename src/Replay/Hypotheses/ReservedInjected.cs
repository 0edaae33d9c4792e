using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Everything else of EXITINFO1 is right, P aside.</summary>
internal sealed class ReservedInjected : IHypothesis
{
    public string Id => "reserved-bit-injected";

    public string Title => "bit 3 (RSVD) is injected though no reserved bit is set in L1's entries, or the other way round";

    public double Explains(FaultObservation seen) =>
        InfoDifference.Of(seen) is { } d && (d & 8) != 0 && (d & ~9UL) == 0 && seen.Access.Mode == FaultMode.Npt
            ? 1
            : 0;
}
