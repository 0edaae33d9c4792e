namespace KvmTraceLab.Analysis.Compare;

/// <summary>What a reader of a ratio must know beside it.</summary>
internal static class CompareNotes
{
    /// <summary>What the choice of the two stages, of the unit and of the tolerance makes of a comparison.</summary>
    public static void Add(List<string> notes, Stage first, Stage last, CompareOptions options)
    {
        if (AreTheSame(first, last))
        {
            notes.Add($"{first.Label} and {last.Label} hold the very same events: the ratio is 1 by itself, and nothing was measured twice.");
        }

        if (options is { Per: ComparePer.Second, Work.Count: 0 } && Vcpus(first) is int a && Vcpus(last) is int b && a != b)
        {
            notes.Add($"{first.Label} ran on {Count(a)} and {last.Label} on {b}: part of the ratio is theirs; --per vcpu takes it out.");
        }

        if (options.Expect is double expect && expect is < 1 or > 1)
        {
            double change = expect > 1 ? 1 - (1 / expect) : (1 / expect) - 1;
            if (options.Tolerance >= change)
            {
                notes.Add($"No change at all (1x) lies within the tolerance too; only a --tolerance below {Words.Digits(change * 100)}% holds the claimed change against the runs.");
            }
        }
    }

    private static string Count(int vcpus) => vcpus == 1 ? "1 vCPU" : $"{vcpus} vCPUs";

    private static bool AreTheSame(Stage first, Stage last) =>
        first.Runs.Count > 0 && first.Runs.Count == last.Runs.Count && first.Runs.Any(r => r.Exits > 0) && first.Runs.Zip(last.Runs).All(p => p.First.IsSameRunAs(p.Second));

    /// <summary>How many vCPUs a stage ran on, where all its runs had as many.</summary>
    private static int? Vcpus(Stage stage)
    {
        if (stage.Claim is ClaimedRate claim) return claim.Vcpus;
        int most = stage.Runs.Max(r => r.Vcpus);
        return most > 0 && stage.Runs.All(r => r.Vcpus == most) ? most : null;
    }

    /// <summary>Fewer exits are not always faster.</summary>
    public static void AddHostTime(List<string> notes, RatioInterval overall, double? hostRatio, StageSummary[] stages)
    {
        if (hostRatio is not double host || overall.Ratio is not double exits) return;
        string from = Words.Duration(stages[0].BusyHostNsPerUnit!.Value);
        string to = Words.Duration(stages[^1].BusyHostNsPerUnit!.Value);
        if (exits > 1 && host < 1)
        {
            notes.Add($"Fewer exits, but more time: the host's time outside idle exits rose from {from} to {to} for the same unit. Fewer exits are not always faster.");
        }
        else if (exits > 1 && host < exits / 2)
        {
            notes.Add($"Exits fell by a factor of {Words.Digits(exits)}, the host's time outside idle exits only by {Words.Digits(host)} ({from} to {to}): the exits that went took less time than those that stayed.");
        }
    }
}
