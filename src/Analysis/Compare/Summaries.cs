namespace KvmTraceLab.Analysis.Compare;

/// <summary>Stages and reasons in numbers.</summary>
internal static class Summaries
{
    public static StageSummary Of(StageEstimate estimate, CompareOptions options, double? work)
    {
        Stage stage = estimate.Stage;
        if (stage.Claim is ClaimedRate claim)
        {
            return new StageSummary(stage.Label, 0, null, null, claim.Vcpus, claim.PerSecond, claim.PerSecond / claim.Vcpus, estimate.Rate?.Rate, 0, 0);
        }

        long exits = Numbers.Sum(stage.Runs.Select(r => r.Exits));
        double? seconds = Total(stage, r => r.Seconds);
        double? vcpuSeconds = Total(stage, r => StageEstimate.Unit(r, ComparePer.Vcpu, null));
        double? units = Total(stage, r => StageEstimate.Unit(r, options.Per, work));
        double? busy = Total(stage, r => r.BusyHostNs);
        int vcpus = stage.Runs.Max(r => r.Vcpus);
        return new StageSummary(
            stage.Label, stage.Runs.Count, exits, seconds, vcpus > 0 ? vcpus : null, exits / seconds, exits / vcpuSeconds, exits / units,
            Numbers.Sum(stage.Runs.Select(r => r.LostEvents)), stage.Runs.Sum(r => r.LostMarkers))
        {
            BusyHostNs = (long?)busy,
            BusyHostNsPerUnit = busy / units,
            BusyHostShare = busy / (vcpuSeconds * 1e9),
        };
    }

    /// <summary>Every reason of the first or last stage; most of the change first. Empty where either has no reasons to show.</summary>
    public static IReadOnlyList<ReasonChange> ByReason(StageEstimate[] estimates, CompareOptions options)
    {
        IReadOnlyList<Dictionary<string, ReasonTally>?> tallies = [.. estimates.Select(e => Tally(e.Stage))];
        if (tallies[0] is null || tallies[^1] is null) return [];
        double?[] seconds = [.. estimates.Select(e => Total(e.Stage, r => r.Seconds))];
        double?[] units = [.. estimates.Select((e, i) => Total(e.Stage, r => StageEstimate.Unit(r, options.Per, Comparer.Work(options, i))))];
        double? change = (tallies[0]!.Values.Sum(t => t.Count) / units[0]) - (tallies[^1]!.Values.Sum(t => t.Count) / units[^1]);

        var rows = new List<ReasonChange>();
        double?[] hostUnits = [.. units.Select((u, i) => Total(estimates[i].Stage, r => r.HostNs) is null ? null : u)];
        foreach (string reason in tallies.SelectMany(t => t?.Keys ?? Enumerable.Empty<string>()).Distinct(StringComparer.Ordinal))
        {
            double?[] Rates(double?[] per, Func<ReasonTally, long> of) =>
                [.. tallies.Select((t, i) => t is null ? null : of(t.GetValueOrDefault(reason)) / per[i])];

            double?[] perUnit = Rates(units, t => t.Count);
            double? share = change is null or 0 ? null : (perUnit[0] - perUnit[^1]) / change;
            rows.Add(new ReasonChange(reason, Rates(seconds, t => t.Count), perUnit, share, Rates(hostUnits, t => t.HostNs)));
        }

        return [.. rows
            .OrderByDescending(r => Math.Abs((r.RatesPerUnit[0] - r.RatesPerUnit[^1]) ?? 0))
            .ThenByDescending(r => tallies[0]!.GetValueOrDefault(r.Reason).Count)
            .ThenBy(r => r.Reason, StringComparer.Ordinal)];
    }

    private static Dictionary<string, ReasonTally>? Tally(Stage stage)
    {
        if (stage.Runs.Count == 0) return null;
        var sums = new Dictionary<string, ReasonTally>(StringComparer.Ordinal);
        foreach (var (reason, tally) in stage.Runs.SelectMany(r => r.Reasons))
        {
            ReasonTally before = sums.GetValueOrDefault(reason);
            sums[reason] = new ReasonTally(before.Count + tally.Count, before.HostNs + tally.HostNs);
        }

        return sums;
    }

    /// <summary>The sum over runs; null where there are none or one of them does not know.</summary>
    private static double? Total(Stage stage, Func<RunSeries, double?> of) =>
        stage.Runs.Count == 0 || stage.Runs.Any(r => of(r) is null) ? null : stage.Runs.Sum(of);
}
