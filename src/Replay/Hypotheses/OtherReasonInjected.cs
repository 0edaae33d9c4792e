using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The walk fails and another exit comes of it.</summary>
internal sealed class OtherReasonInjected : IHypothesis
{
    public string Id => "other-reason-injected";

    public string Title => "L1 is given another exit reason than the page fault that its tables call for";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: true, Injected: true, WalkError: true } && seen.Access.Mode == FaultMode.Npt && seen.L1Outcome != NestedOutcome.Ok && seen.InjectReason != FaultCode.Npf
            ? 1
            : 0;
}
