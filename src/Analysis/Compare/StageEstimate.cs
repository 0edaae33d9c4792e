using KvmTraceLab.Analysis.Compare.Statistics;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>A stage measured in the unit compared: its rate with error, and what stands against a verdict.</summary>
internal sealed class StageEstimate
{
    /// <summary>Fewer exits than this in the only run are too few for an interval.</summary>
    public const int FewestExits = 30;

    private const int MostWindows = 400;

    private StageEstimate(Stage stage, RateEstimate? rate)
    {
        Stage = stage;
        Rate = rate;
    }

    public Stage Stage { get; }

    /// <summary>Null where the stage has no rate in this unit.</summary>
    public RateEstimate? Rate { get; }

    /// <summary>Why a verdict or a ratio cannot be had from this stage; whole sentences without the full stop.</summary>
    public List<string> Obstacles { get; } = [];

    public List<string> Notes { get; } = [];

    /// <param name="stage">The stage, each run once.</param>
    /// <param name="options">Unit and seed.</param>
    /// <param name="work">Units of work of a run, or null.</param>
    /// <param name="seed">Of this stage's draws.</param>
    public static StageEstimate Of(Stage stage, CompareOptions options, double? work, ulong seed)
    {
        if (stage.Claim is not null) return OfClaim(stage, options, work);

        var units = new List<double>();
        var counts = new List<double>();
        foreach (RunSeries run in stage.Runs)
        {
            if (Unit(run, options.Per, work) is not double unit)
            {
                var none = new StageEstimate(stage, null);
                none.Obstacles.Add(NoUnit(run, options.Per));
                AddLosses(none);
                return none;
            }

            units.Add(unit);
            counts.Add(run.Exits);
        }

        List<RunBootstrap?> within = [.. stage.Runs.Select((r, i) => Bootstrap(r, seed + ((ulong)i << 32)))];
        StageEstimate result = counts.Sum() == 0 ? new StageEstimate(stage, null)
            : counts.Count > 1 ? new StageEstimate(stage, RateEstimate.Runs(counts, units))
            : within[0] is RunBootstrap b ? new StageEstimate(stage, RateEstimate.OneRun(counts[0] / units[0], b))
            : new StageEstimate(stage, RateEstimate.Unknown(counts[0] / units[0]));

        if (result.Rate is null) result.Obstacles.Add($"{stage.Label} has no {options.What} at all");
        else if (counts.Count == 1 && within[0] is null) result.Obstacles.Add(TooFew(stage.Runs[0]));
        AddLosses(result);
        if (work is null && options.Per != ComparePer.Trace) AddSteadiness(result, within);
        return result;
    }

    /// <summary>What a run is divided by; null where the run does not know.</summary>
    public static double? Unit(RunSeries run, ComparePer per, double? work) => work ?? per switch
    {
        ComparePer.Trace => 1,
        ComparePer.Second => run.Seconds,
        _ => run.Vcpus > 0 ? run.Seconds * run.Vcpus : null,
    };

    private static StageEstimate OfClaim(Stage stage, CompareOptions options, double? work)
    {
        ClaimedRate claim = stage.Claim!;
        string? obstacle = work is not null || options.Per == ComparePer.Trace
            ? $"{stage.Label} is a rate per second, which says nothing about exits per {(work is null ? "trace" : "unit of work")}"
            : options.Per == ComparePer.Vcpu && claim.Vcpus is null
                ? $"{stage.Label} does not say how many vCPUs it is for (write {stage.Label}@8)"
                : null;
        double vcpus = options.Per == ComparePer.Vcpu ? claim.Vcpus ?? 1 : 1;
        var result = new StageEstimate(stage, obstacle is null ? RateEstimate.Claimed(claim.PerSecond / vcpus, claim.Low / vcpus, claim.High / vcpus) : null);
        if (obstacle is not null) result.Obstacles.Add(obstacle);
        return result;
    }

    private static RunBootstrap? Bootstrap(RunSeries run, ulong seed)
    {
        int windows = (int)Math.Min(MostWindows, run.WindowsCovered);
        if (run.Exits < FewestExits || run.Windows.Count == 0 || windows < RunBootstrap.FewestWindows) return null;
        return RunBootstrap.Of(run.InWindows(windows), seed);
    }

    private static string NoUnit(RunSeries run, ComparePer per) =>
        per == ComparePer.Vcpu && run.Seconds is not null
            ? $"{run.Path} does not tell how many vCPUs ran"
            : $"{run.Path} does not tell how many seconds it lasted; compare it --per trace or with --work";

    private static string TooFew(RunSeries run) =>
        run.Windows.Count == 0
            ? $"{run.Path} is one run with sums alone, which tell nothing about its noise; give several runs (a1,a2,a3)"
            : $"{run.Path} is one run of {run.Exits} exits in {(int)run.WindowsCovered} windows, and an interval from one run needs {FewestExits} exits and {RunBootstrap.FewestWindows} windows";

    private static void AddLosses(StageEstimate result)
    {
        foreach (RunSeries run in result.Stage.Runs.Where(r => r.HasLosses))
        {
            string what = run.LostEvents > 0 ? $"{run.LostEvents} events" : "an unknown number of events";
            string more = run is { LostEvents: > 0, LostMarkers: > 0 } ? $" and more in {run.LostMarkers} spans without a number" : "";
            result.Obstacles.Add($"{run.Path} lost {what}{more}, so its count of {run.Exits} exits is too low by an unknown amount; record again with larger buffers (trace-cmd record -b)");
        }
    }

    private static void AddSteadiness(StageEstimate result, List<RunBootstrap?> within)
    {
        for (int i = 0; i < within.Count; i++)
        {
            if (within[i] is not RunBootstrap run) continue;
            RunSeries series = result.Stage.Runs[i];
            double perWindow = (series.Seconds ?? 0) / 4;
            double[] quarters = series.InWindows(4);
            double spread = quarters.Max() - quarters.Min();
            bool phases = quarters.Max() > 3 * quarters.Min() && spread > 8 * run.StandardError * quarters.Average();
            string rates = string.Join(", ", quarters.Select(q => Words.Rate(q / perWindow)));
            if (phases || !run.IsSteady)
            {
                result.Obstacles.Add($"{series.Path} has no one steady rate (its quarters ran at {rates} exits/s); compare the whole runs with --per trace or --work");
            }
            else if (run.DriftSigmas > 4 && (run.Drift > 1.25 || run.Drift < 0.8))
            {
                result.Notes.Add($"{series.Path} drifts: its quarters ran at {rates} exits/s; the rate given is the mean over the run.");
            }
        }
    }
}
