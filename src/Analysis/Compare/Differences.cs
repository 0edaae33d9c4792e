namespace KvmTraceLab.Analysis.Compare;

/// <summary>Holds a good run beside a bad one: what the guest was shown and did, and where the two part ways.</summary>
public static class Differences
{
    private const int Around = 3;

    /// <summary>What differs, sorted; a pure function of both.</summary>
    public static RunDifferences Between(RunFacts @base, RunFacts @new)
    {
        var items = new List<RunDifference>();
        foreach (var key in @base.Items.Keys.Union(@new.Items.Keys).OrderBy(k => k.Kind, StringComparer.Ordinal).ThenBy(k => k.Key, StringComparer.Ordinal))
        {
            string? a = @base.Items.GetValueOrDefault(key);
            string? b = @new.Items.GetValueOrDefault(key);
            if (!string.Equals(a, b, StringComparison.Ordinal)) items.Add(new RunDifference(key.Kind, key.Key, a, b));
        }

        int both = Math.Min(@base.Sequence.Count, @new.Sequence.Count);
        int same = 0;
        while (same < both && @base.Sequence[same] == @new.Sequence[same]) same++;

        // One run ending where the other goes on is no parting of ways.
        PartingPoint? parting = same == both ? null : At(@base, @new, same);
        bool whole = @base.Events == @base.Sequence.Count && @new.Events == @new.Sequence.Count;
        return new RunDifferences(items, parting, parting is null ? both : same + 1, whole);
    }

    private static PartingPoint At(RunFacts @base, RunFacts @new, int at)
    {
        int from = Math.Max(0, at - Around);
        return new PartingPoint(at, from, Lines(@base), Lines(@new));

        List<string> Lines(RunFacts run)
        {
            var lines = new List<string>();
            for (int i = from; i <= at + Around && i < run.Sequence.Count; i++) lines.Add(run.Text(i));
            return lines;
        }
    }
}
