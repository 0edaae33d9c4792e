namespace KvmTraceLab.Analysis.Compare;

/// <summary>A stage with its data: the runs of its files, in the order named, or the claimed rate.</summary>
/// <param name="Label">For people.</param>
/// <param name="Runs">One for each file; empty for a claimed rate.</param>
/// <param name="Claim">The claimed rate, or null.</param>
public sealed record Stage(string Label, IReadOnlyList<RunSeries> Runs, ClaimedRate? Claim)
{
    /// <summary>The stage with files that hold the very same run counted once: naming a file twice makes no second run.</summary>
    internal Stage Distinct(out int repeated)
    {
        var runs = new List<RunSeries>(Runs.Count);
        foreach (RunSeries run in Runs)
        {
            if (!runs.Exists(run.IsSameRunAs)) runs.Add(run);
        }

        repeated = Runs.Count - runs.Count;
        return this with { Runs = runs };
    }
}
