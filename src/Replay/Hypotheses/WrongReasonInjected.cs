using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The walk's result and the injected exit reason differ.</summary>
internal sealed class WrongReasonInjected : IHypothesis
{
    public string Id => "misconfig-for-violation";

    public string Title => "EPT_MISCONFIG (49) is injected for an EPT violation (48), or the other way round";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: true, Injected: true } && seen.Access.Mode == FaultMode.Ept && seen.L1Outcome != NestedOutcome.Ok && seen.InjectReason != (seen.L1Outcome == NestedOutcome.Misconfig ? 49u : 48u) ? 1 : 0;
}
