using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>make_spte() or change_spte_executable() sets one of the two execute bits.</summary>
internal sealed class XsNotSet : IHypothesis
{
    public string Id => "xs-not-set";

    public string Title => "XS is not set in SPTEs that should have it: L1's with XU, L2's where L1 grants it";

    public double Explains(FaultObservation seen)
    {
        if (seen.Layout.Xu == 0 || !seen.Access.IsFetch || seen.Result is not { IsPresent: true, SupervisorExec: false } result) return 0;
        if (!seen.IsShadowed) return result.UserExec ? 1 : 0;
        if (seen is not { Injected: false, Mbec12: true, Access.IsUser: false, L1Outcome: NestedOutcome.Ok } || (seen.L1Effective & 4) == 0) return 0;
        if (result.UserExec) return 1;
        return (seen.L1Effective & 0x400) == 0 ? 0.99 : 0;
    }
}
