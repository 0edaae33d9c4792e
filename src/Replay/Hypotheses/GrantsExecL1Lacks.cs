using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The fetch is mapped instead of reflected, or a mapping made for another access may execute.</summary>
internal sealed class GrantsExecL1Lacks : IHypothesis
{
    public string Id => "grants-exec-l1-lacks";

    public string Title => "the nested walk grants execute that L1's tables lack";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: true, Injected: false, WalkError: false, Requested: true } && Lacks(seen) ? 0.95 : 0;

    /// <summary>What the fetch needed, or what the SPTE made for any access now grants.</summary>
    private static bool Lacks(FaultObservation seen)
    {
        var granted = seen.Result is { SupervisorExec: true };
        if (seen.Access.Mode != FaultMode.Ept) return (seen.Access.IsFetch || granted) && seen.L1Effective >> 63 != 0;
        var needed = seen is { Mbec12: true, Access.IsUser: true } ? 0x400UL : 4;
        return (seen.Access.IsFetch && (seen.L1Effective & needed) == 0) || (granted && (seen.L1Effective & 4) == 0);
    }
}
