using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>RET_PF_SPURIOUS for an SPTE that still denies the access: nobody sets it.</summary>
internal sealed class SpuriousClaimed : IHypothesis
{
    public string Id => "spurious-not-granted";

    public string Title => "a fault is called spurious although the SPTE denies the access (is_access_allowed())";

    public double Explains(FaultObservation seen) =>
        seen is { FastSpurious: true, ResultAllows: false, Wrote: false }
            ? 1
            : 0;
}
