using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Parser;
using KvmTraceLab.Replay;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Analysis.Faults;

/// <summary>Reads a trace once and judges its faults: all of <c>ktl replay</c> but the command line.</summary>
public static class ReplayRunner
{
    /// <param name="trace">An open trace; read to its end.</param>
    /// <param name="options">What the caller knows better, and who wants each fault.</param>
    /// <param name="filter">Rows that take part, asked for when the first are there; all if null.</param>
    /// <param name="cancel">Stops between batches.</param>
    public static ReplayOutcome Run(Trace trace, ReplayOptions options, Func<RowFilter>? filter = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(trace);
        var judge = new FaultJudge(options, trace.Info);
        var loops = new LoopDetector();
        var turns = new PollTurns();
        var replayer = new TraceReplayer([judge, loops, turns], filter);
        foreach (var batch in trace.Batches(cancel)) replayer.Process(batch);
        replayer.End();
        var (report, overall) = ReplayReport.Build(judge, new TraceRun(trace, replayer), loops.Loops, turns);
        return new ReplayOutcome(report, overall, judge);
    }
}
