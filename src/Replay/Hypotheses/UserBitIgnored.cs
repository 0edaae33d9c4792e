using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The software walk carries another U than the hardware reported.</summary>
internal sealed class UserBitIgnored : IHypothesis
{
    public string Id => "user-page-bit-ignored";

    public string Title => "U/S of a fetch is not taken from the guest page's U bit (qualification bit 9), but from CPL or from nothing";

    public double Explains(FaultObservation seen) =>
        seen.IsShadowed && seen.Access is { Mode: FaultMode.Ept, IsFetch: true, IsUser: true } && (seen.WalkPferr & 4) == 0
            ? 1
            : 0;
}
