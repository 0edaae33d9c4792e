using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The write is mapped instead of reflected.</summary>
internal sealed class GrantsWriteL1Lacks : IHypothesis
{
    public string Id => "grants-write-l1-lacks";

    public string Title => "the nested walk grants W that L1's tables lack";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: true, Injected: false, WalkError: false } && (seen.L1Effective & 2) == 0 && (seen.Access.IsWrite || seen.Result is { Writable: true }) && seen.Requested
            ? 1
            : 0;
}
