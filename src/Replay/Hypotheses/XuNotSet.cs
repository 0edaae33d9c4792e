using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>make_spte() or change_spte_executable() sets one of the two execute bits.</summary>
internal sealed class XuNotSet : IHypothesis
{
    public string Id => "xu-not-set";

    public string Title => "XU is not set with XS in L1's SPTEs";

    public double Explains(FaultObservation seen) =>
        !seen.IsShadowed && seen.Layout.Xu != 0 && seen.Access.IsFetch && seen.Result is { IsPresent: true, SupervisorExec: true, UserExec: false }
            ? 0.99
            : 0;
}
