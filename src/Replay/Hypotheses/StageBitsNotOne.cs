using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Exactly one stage must be told.</summary>
internal sealed class StageBitsNotOne : IHypothesis
{
    public string Id => "stage-bits-not-one";

    public string Title => "the injected EXITINFO1 names both stages (bits 32 and 33) or none, the injected qualification no guest address (bit 7)";

    public double Explains(FaultObservation seen) => InfoDifference.Of(seen) is { } d && (seen.Access.Mode switch
    {
        FaultMode.Npt => d != 0 && (d & ~(3UL << 32)) == 0 && (seen.InjectInfo1 >> 32 & 3) is 0 or 3,
        FaultMode.Ept => (d & ~0x180UL) == 0 && (d & 0x80) != 0 && (seen.ExpectedInfo & 0x80) != 0,
        _ => false,
    }) ? 1 : 0;
}
