using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>make_spte() or change_spte_executable() sets one of the two execute bits.</summary>
internal sealed class XsNotSet : IHypothesis
{
    public string Id => "xs-not-set";

    public string Title => "XS is not set with XU in L1's SPTEs";

    public double Explains(FaultObservation seen) =>
        !seen.IsShadowed && seen.Layout.Xu != 0 && seen.Access.IsFetch && seen.Result is { IsPresent: true, SupervisorExec: false, UserExec: true }
            ? 1
            : 0;
}
