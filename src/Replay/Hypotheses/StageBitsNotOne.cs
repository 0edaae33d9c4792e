using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Exactly one stage must be told.</summary>
internal sealed class StageBitsNotOne : IHypothesis
{
    public string Id => "stage-bits-not-one";

    public string Title => "the injected EXITINFO1 names both stages (bits 32 and 33) or none";

    public double Explains(FaultObservation seen) =>
        InfoDifference.Of(seen) is { } d && seen.Access.Mode == FaultMode.Npt && d != 0 && (d & ~(3UL << 32)) == 0 && (seen.InjectInfo1 >> 32 & 3) is 0 or 3
            ? 1
            : 0;
}
