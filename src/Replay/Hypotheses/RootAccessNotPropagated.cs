using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>With GMET the root lacks ACC_USER; a leaf made from ACC_ALL has U=1.</summary>
internal sealed class RootAccessNotPropagated : IHypothesis
{
    public string Id => "root-access-not-propagated";

    public string Title => "the root's access is not propagated to the leaves in direct_map";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: false } && seen.Layout.Kind == MmuKind.Npt && seen.Access is { IsFetch: true, IsUser: false } && seen.Result is { IsPresent: true, User: true, SupervisorExec: true }
            ? 1
            : 0;
}
