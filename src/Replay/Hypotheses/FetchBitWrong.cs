using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Everything that is compared otherwise is right.</summary>
internal sealed class FetchBitWrong : IHypothesis
{
    public string Id => "fetch-bit-wrong";

    public string Title => "the fetch bit of the injected information (4 of EXITINFO1, 2 of a qualification) is not that of the access";

    public double Explains(FaultObservation seen) => InfoDifference.Of(seen) is { } d && (seen.Access.Mode switch
    {
        FaultMode.Npt => d == 0 && ((seen.InjectInfo1 ^ seen.Access.Code) & 0x10) != 0,
        FaultMode.Ept => (d & ~7UL) == 0 && (d & 4) != 0,
        _ => false,
    }) ? 1 : 0;
}
