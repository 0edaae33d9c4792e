using KvmTraceLab.Analysis.Exits;
using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis;

/// <summary>The analyses of <c>ktl analyze</c>: the visible list, in the order their parts stand in the report.</summary>
public sealed class AnalysisSuite
{
    private readonly List<IAnalysis> _analyses;
    private readonly LoopDetector _loops;

    public AnalysisSuite(int minIterations = 16, int maxPeriod = 64)
    {
        _loops = new LoopDetector(minIterations, maxPeriod);
        _analyses =
        [
            new Overview(),
            new ExitReasons(),
            new HotRips(),
            new HotResources(),
            new LoopReport(_loops),
        ];
    }

    public IReadOnlyList<IAnalysis> Analyses => _analyses;

    /// <summary>The loops found; complete once the trace has ended.</summary>
    public IReadOnlyList<Loop> Loops => _loops.Loops;

    /// <summary>Everything that must watch the replay.</summary>
    public IEnumerable<ITraceObserver> Observers => [_loops, .. _analyses];

    /// <summary>Sees each batch before the replay does: remarks around the trace.</summary>
    public void SeeBatch(EventBatch batch)
    {
        _ = batch;
    }

    /// <summary>The report, once the trace has ended.</summary>
    public Report Report(string command, TraceRun run, string? dmesg = null)
    {
        _ = dmesg;
        var report = new Report(command);
        foreach (var analysis in _analyses) analysis.AddTo(report, run);
        return report;
    }
}
