using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>make_spte() or change_spte_executable() sets one of the two execute bits.</summary>
internal sealed class XuNotSet : IHypothesis
{
    public string Id => "xu-not-set";

    public string Title => "XU is not set in SPTEs that should have it: L1's with XS, L2's where L1 grants it";

    public double Explains(FaultObservation seen)
    {
        if (seen.Layout.Xu == 0 || !seen.Access.IsFetch || seen.Result is not { IsPresent: true, UserExec: false } result) return 0;
        if (!seen.IsShadowed) return result.SupervisorExec ? 0.99 : 0;
        if (seen is not { Injected: false, Mbec12: true, Access.IsUser: true, L1Outcome: NestedOutcome.Ok } || (seen.L1Effective & 0x400) == 0) return 0;
        if (result.SupervisorExec) return 1;
        // An SPTE without either bit tells the two apart only where L1 grants both.
        return (seen.L1Effective & 4) == 0 ? 0.99 : 0;
    }
}
