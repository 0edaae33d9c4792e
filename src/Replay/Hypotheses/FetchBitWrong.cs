using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Everything that is compared otherwise is right.</summary>
internal sealed class FetchBitWrong : IHypothesis
{
    public string Id => "fetch-bit-wrong";

    public string Title => "bit 4 (I/D) of the injected EXITINFO1 is not that of the access";

    public double Explains(FaultObservation seen) =>
        InfoDifference.Of(seen) == 0 && seen.Access.Mode == FaultMode.Npt && ((seen.InjectInfo1 ^ seen.Access.Code) & 0x10) != 0
            ? 1
            : 0;
}
