using KvmTraceLab.Analysis.Compare.Statistics;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>Compares stages and judges a claim. A pure function of its input: the same stages and options give the same result.</summary>
public static class Comparer
{
    /// <summary>Runs of which one lasted this many times longer than the other are not compared per second.</summary>
    public const double MostSpanRatio = 4;

    /// <summary>What helps where a run has no one rate.</summary>
    internal const string WholeRuns = "compare the whole runs with --per trace or --work";

    /// <summary>Compares two or more stages in the order given.</summary>
    /// <exception cref="ArgumentException">Fewer than two stages, a stage without data, or the wrong number of units of work.</exception>
    public static CompareResult Compare(IReadOnlyList<Stage> stages, CompareOptions options)
    {
        if (stages.Count < 2) throw new ArgumentException("two stages or more are compared", nameof(stages));
        if (stages.Any(s => s.Runs.Count == 0 && s.Claim is null)) throw new ArgumentException("a stage has neither runs nor a rate", nameof(stages));
        if (options.Work.Count > 1 && options.Work.Count != stages.Count) throw new ArgumentException("one number of units of work, or one a stage", nameof(options));

        var notes = new List<string>();
        var estimates = new StageEstimate[stages.Count];
        for (int i = 0; i < estimates.Length; i++)
        {
            Stage stage = stages[i].Distinct(out int repeated);
            if (repeated > 0) notes.Add($"{stage.Label} names the same run more than once; each run counts once.");
            estimates[i] = StageEstimate.Of(stage, options, Work(options, i), Seed(options.Seed, i));
            notes.AddRange(estimates[i].Notes);
        }

        var steps = new CompareStep[estimates.Length - 1];
        for (int i = 0; i < steps.Length; i++) steps[i] = new CompareStep(i, i + 1, Interval(estimates[i], estimates[i + 1], options));
        RatioInterval overall = Interval(estimates[0], estimates[^1], options);
        StageSummary[] summaries = [.. estimates.Select((e, i) => Summaries.Of(e, options, Work(options, i)))];
        double? hostRatio = summaries[0].BusyHostNsPerUnit / summaries[^1].BusyHostNsPerUnit;
        if (hostRatio is double h && !double.IsFinite(h)) hostRatio = null;

        List<string> obstacles = Obstacles(estimates, options);
        (ClaimVerdict? verdict, string why) = Judgement.Of(overall, obstacles, Basis(estimates[0], estimates[^1], overall), options);
        if (options.Expect is null) notes.AddRange(obstacles.Select(o => o + "."));
        foreach (StageEstimate middle in estimates[1..^1]) notes.AddRange(middle.Obstacles.Select(o => o + "."));
        CompareNotes.Add(notes, estimates[0].Stage, estimates[^1].Stage, options);
        CompareNotes.AddHostTime(notes, overall, hostRatio, summaries);
        return new CompareResult
        {
            Options = options,
            Stages = summaries,
            Steps = steps,
            Overall = overall,
            ByReason = Summaries.ByReason(estimates, options),
            HostTimeRatio = hostRatio,
            Verdict = verdict,
            Why = why,
            Notes = notes,
            Obstacles = obstacles,
        };
    }

    internal static double? Work(CompareOptions options, int stage) =>
        options.Work.Count == 0 ? null : options.Work[options.Work.Count == 1 ? 0 : stage];

    /// <summary>Every stage draws from its own sequence, else equal streams would make equal errors that cancel.</summary>
    private static ulong Seed(ulong seed, int stage)
    {
        var random = new SeededRandom(seed);
        for (int i = 0; i < stage; i++) random.Next();
        return random.Next();
    }

    private static RatioInterval Interval(StageEstimate from, StageEstimate to, CompareOptions options)
    {
        if (from.Rate is null || to.Rate is null) return default;
        var (ratio, low, high) = RatioIntervals.Of(from.Rate, to.Rate, options.Confidence);
        return new RatioInterval(Finite(ratio), Finite(low), Finite(high));

        static double? Finite(double v) => double.IsFinite(v) ? v : null;
    }

    private static IntervalBasis Basis(StageEstimate first, StageEstimate last, RatioInterval overall)
    {
        if (first.Stage.Claim is not null && last.Stage.Claim is not null) return IntervalBasis.Claims;
        if (first.Rate is null || last.Rate is null || overall.Low is not double low || overall.High is not double high) return IntervalBasis.Runs;
        double rounding = Math.Log(first.Rate.RoundingHigh / first.Rate.RoundingLow) + Math.Log(last.Rate.RoundingHigh / last.Rate.RoundingLow);
        return 2 * rounding > Math.Log(high / low) ? IntervalBasis.Rounding : IntervalBasis.Runs;
    }

    private static List<string> Obstacles(StageEstimate[] estimates, CompareOptions options)
    {
        StageEstimate first = estimates[0];
        StageEstimate last = estimates[^1];
        var all = new List<string>(first.Obstacles);
        all.AddRange(last.Obstacles.Except(first.Obstacles, StringComparer.Ordinal));
        if (options.Per == ComparePer.Trace || options.Work.Count > 0) return all;

        // What helps is told once, however many runs it would help.
        if (first.IsUnsteady || last.IsUnsteady) all.Add(WholeRuns);

        double? a = MeanSeconds(first.Stage);
        double? b = MeanSeconds(last.Stage);
        if (a is double x && b is double y && Math.Max(x, y) > MostSpanRatio * Math.Min(x, y))
        {
            all.Add($"{first.Stage.Label} lasted {Words.Digits(x)} s and {last.Stage.Label} {Words.Digits(y)} s; runs more than {MostSpanRatio} times apart in length hardly show the same work, so rates per second are not held against each other");
        }

        return all;

        static double? MeanSeconds(Stage stage) =>
            stage.Runs.Count == 0 || stage.Runs.Any(r => r.Seconds is null) ? null : stage.Runs.Average(r => r.Seconds);
    }
}
