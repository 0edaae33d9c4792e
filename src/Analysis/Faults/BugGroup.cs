using KvmTraceLab.Replay.Faults;
using KvmTraceLab.Replay.Hypotheses;

namespace KvmTraceLab.Analysis.Faults;

/// <summary>Bug cases of one verdict and level that the same single change would explain: one bug, met at several places.</summary>
/// <param name="Cases">Most faults first; never empty.</param>
/// <param name="Ranked">What would explain the first case, best first; the first of them explains every case best.</param>
internal sealed record BugGroup(IReadOnlyList<BugCase> Cases, IReadOnlyList<RankedHypothesis> Ranked)
{
    /// <summary>The case that is shown in full.</summary>
    public BugCase First => Cases[0];

    public long Faults => Numbers.Sum(Cases.Select(c => c.Count));

    public long FirstNs => Cases.Min(c => c.FirstNs);

    public long LastNs => Cases.Max(c => c.LastNs);

    /// <summary>Groups in the order of their first case in <see cref="FaultDocument.InOrder"/>.</summary>
    public static IReadOnlyList<BugGroup> Of(FaultJudge judge)
    {
        var groups = new List<BugGroup>();
        if (judge.Bugs.Count == 0) return groups;
        foreach (var same in FaultDocument.InOrder(judge).Select(c => (Case: c, Ranked: HypothesisRanking.Rank(c)))
            .GroupBy(c => (c.Case.Verdict, c.Case.Level, c.Ranked.Count > 0 ? c.Ranked[0].Id : null)))
        {
            groups.Add(new BugGroup([.. same.Select(c => c.Case)], same.First().Ranked));
        }

        return groups;
    }
}
