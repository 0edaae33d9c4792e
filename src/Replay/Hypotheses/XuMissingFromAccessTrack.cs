using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>A restored access-tracked SPTE has XS but not XU, because only R and X were saved.</summary>
internal sealed class XuMissingFromAccessTrack : IHypothesis
{
    public string Id => "xu-missing-from-access-track";

    public string Title => "XU is missing from the access-track mask";

    public double Explains(FaultObservation seen) =>
        !seen.IsShadowed && seen.Layout.Xu != 0 && seen.Result is { IsPresent: true, SupervisorExec: true, UserExec: false, AdEnabled: false }
            ? 1
            : 0;
}
