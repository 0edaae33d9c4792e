using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The fetch is answered with the same huge, non-executable SPTE.</summary>
internal sealed class NxHugeNeverSplit : IHypothesis
{
    public string Id => "nx-huge-never-split";

    public string Title => "an NX huge page is never split for a fetch (disallowed_hugepage_adjust)";

    public double Explains(FaultObservation seen) =>
        seen.Access.IsFetch && seen is { IsShadowed: false, Wrote: true, ResultAllows: false, ResultLevel: > 1 }
            ? 1
            : 0;
}
