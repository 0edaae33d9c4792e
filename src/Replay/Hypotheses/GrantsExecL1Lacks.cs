using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The fetch is mapped instead of reflected, or a mapping made for another access may execute.</summary>
internal sealed class GrantsExecL1Lacks : IHypothesis
{
    public string Id => "grants-exec-l1-lacks";

    public string Title => "the nested walk grants execute that L1's tables lack";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: true, Injected: false, WalkError: false, Requested: true } && (seen.Access.IsFetch || seen.Result is { SupervisorExec: true }) && (seen.Access.Mode == FaultMode.Ept ? (seen.L1Effective & 4) == 0 : seen.L1Effective >> 63 != 0) ? 0.95 : 0;
}
