using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Every nested walk is a user walk, and L1 is told otherwise.</summary>
internal sealed class UserBitNotInjected : IHypothesis
{
    public string Id => "user-bit-not-injected";

    public string Title => "bit 2 (U) is missing from the injected EXITINFO1";

    public double Explains(FaultObservation seen) =>
        InfoDifference.Of(seen) is { } d && d == 4 && seen.Access.Mode == FaultMode.Npt
            ? 1
            : 0;
}
