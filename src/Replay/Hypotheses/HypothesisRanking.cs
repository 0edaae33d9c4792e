using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Holds every hypothesis against a bug.</summary>
public static class HypothesisRanking
{
    /// <summary>Hypotheses that explain something, best first; of equals the one earlier in the list, which is the more special one.</summary>
    public static IReadOnlyList<RankedHypothesis> Rank(BugCase bug)
    {
        ArgumentNullException.ThrowIfNull(bug);
        var ranked = new List<RankedHypothesis>();
        foreach (var hypothesis in HypothesisList.All)
        {
            double sum = 0;
            foreach (var seen in bug.Observations) sum += hypothesis.Explains(seen);
            var fits = Math.Round(sum / bug.Observations.Count, 3);
            if (fits > 0.05) ranked.Add(new RankedHypothesis(hypothesis.Id, hypothesis.Title, fits));
        }

        return [.. ranked.OrderByDescending(r => r.Fits)];
    }
}
