using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The fetch is mapped instead of reflected.</summary>
internal sealed class GrantsExecL1Lacks : IHypothesis
{
    public string Id => "grants-exec-l1-lacks";

    public string Title => "the nested walk grants execute that L1's tables lack";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: true, Injected: false, WalkError: false, Requested: true } && seen.Access.IsFetch && Lacks(seen) ? 0.95 : 0;

    private static bool Lacks(FaultObservation seen)
    {
        if (seen.Access.Mode != FaultMode.Ept) return seen.L1Effective >> 63 != 0;
        var needed = seen is { Mbec12: true, Access.IsUser: true } ? 0x400UL : 4;
        return (seen.L1Effective & needed) == 0 || (seen.Result is { SupervisorExec: true } && (seen.L1Effective & 4) == 0);
    }
}
