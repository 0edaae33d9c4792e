using KvmTraceLab.Analysis.Exits;
using KvmTraceLab.Analysis.Faults;
using KvmTraceLab.Analysis.Guests;
using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Analysis.Signatures;
using KvmTraceLab.Analysis.Signatures.Remarks;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Analysis;

/// <summary>The analyses of <c>ktl analyze</c>: the visible list, in the order their parts stand in the report.</summary>
public sealed class AnalysisSuite
{
    /// <summary>Remarks kept of a text; a mail has few.</summary>
    private const int MaxRemarks = 1000;

    private readonly LoopDetector _loops;
    private readonly FactsCollector _facts = new();
    private readonly List<Remark> _remarks = [];

    /// <param name="minIterations">Complete periods that make a loop.</param>
    /// <param name="maxPeriod">Longest period reported.</param>
    /// <param name="info">What the reader knows of the trace; helps the fault verdicts.</param>
    /// <param name="replay">What the caller knows better than the trace.</param>
    public AnalysisSuite(int minIterations = 16, int maxPeriod = 64, TraceInfo? info = null, ReplayOptions? replay = null)
    {
        _loops = new LoopDetector(minIterations, maxPeriod);
        var faults = new FaultVerdictAnalysis(replay, info);
        Analyses =
        [
            new SignatureAnalysis(_loops, _facts, faults.Judge),
            faults,
            new LogAnalysis(),
            new Overview(),
            new GuestTable(),
            new ExitReasons(),
            new NestedExits(),
            new HotRips(),
            new HotResources(),
            new LoopReport(_loops),
            new FirstScreen(_loops, _facts, faults.Judge),
        ];
    }

    public IReadOnlyList<IAnalysis> Analyses { get; }

    /// <summary>The loops found; complete once the trace has ended.</summary>
    public IReadOnlyList<Loop> Loops => _loops.Loops;

    /// <summary>Everything that must watch the replay.</summary>
    public IEnumerable<TraceObserver> Observers => [_loops, _facts, .. Analyses.Select(a => a.Observer)];

    /// <summary>Sees each batch before the replay does: remarks around the trace.</summary>
    public void SeeBatch(EventBatch batch)
    {
        if (batch.Remarks.Count > 0 && _remarks.Count < MaxRemarks) _remarks.AddRange(batch.Remarks);
    }

    /// <summary>The report, once the trace has ended.</summary>
    /// <param name="command">The command that asked.</param>
    /// <param name="run">The trace.</param>
    /// <param name="dmesg">A kernel log to join, or null.</param>
    public Report Report(string command, TraceRun run, string? dmesg = null)
    {
        var lines = RemarkReader.Read(_remarks, run.Trace.Path);
        run = run with { LogLines = dmesg is null ? lines : [.. lines, .. RemarkReader.ReadFile(dmesg)] };
        var report = new Report(command);
        foreach (var analysis in Analyses) analysis.AddTo(report, run);
        ReportOrder.Arrange(report);
        return report;
    }
}
