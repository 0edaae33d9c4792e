using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Loops;

/// <summary>
/// Finds runs in one stream of tokens: exactly, for every period 1–64, in one pass. A run begins when a period has
/// repeated once and ends at the first token that breaks it; pieces of the same run at most 64 events apart are one.
/// </summary>
/// <param name="minIterations">Fewer complete periods are no loop.</param>
/// <param name="onLoop">Receives each finished run.</param>
internal sealed class LoopStream(int minIterations, Action<LoopRun> onLoop)
{
    /// <summary>Events that may break into a run without ending it.</summary>
    public const int MaxInterruption = 64;

    /// <summary>A run this long needs no counts for other periods: an outer period would be a multiple of this one.</summary>
    private const int Settled = 2 * PeriodTracker.MaxPeriod;

    private const int MaxPending = 4;

    private readonly PeriodTracker _tracker = new();
    private readonly List<LoopRun> _pending = [];
    private readonly int _snapshotAt = Math.Clamp(minIterations, 2, 3);
    private LoopRun? _run;
    private bool _settled;
    private string? _interrupted;

    /// <summary>A run is going on that is longer than any interruption.</summary>
    public bool IsSettled => _settled;

    public LoopRun? Run => _run;

    public void Add(uint token, in EventRow row, EventHistory history)
    {
        var index = _tracker.Count;
        if (_run is { } run)
        {
            if (_tracker.Back(run.Period - 1) == token)
            {
                if (_settled) _tracker.Append(token);
                else _tracker.Add(token);
                Continue(run, index, row, history);
                return;
            }

            EndRun(run, index);
            if (_settled)
            {
                _settled = false;
                _tracker.Rebuild();
            }
        }

        var period = _tracker.Add(token);
        if (_pending.Count > 0) FlushOld(index);
        if (period > 0) Begin(period, index + 1, history);
    }

    /// <summary>A host interrupt's trip was left out of the stream.</summary>
    public void NoteInterrupt(string reason) => _interrupted ??= reason;

    /// <summary>What was known has ended (lost events): runs may not reach across.</summary>
    public void Break()
    {
        if (_run is { } run) EndRun(run, _tracker.Count);
        foreach (var pending in _pending) Finish(pending);
        _pending.Clear();
        _settled = false;
        _interrupted = null;
        _tracker.Reset();
    }

    private void Continue(LoopRun run, long index, in EventRow row, EventHistory history)
    {
        if (_interrupted is { } reason)
        {
            run.Interruptions++;
            run.InterruptReasons[reason] = run.InterruptReasons.GetValueOrDefault(reason) + 1;
            _interrupted = null;
        }

        if (row.HasTime) run.EndTime = row.Time;
        run.LastEvent = history.LaneEventBack(0);
        if (run.Template is not null)
        {
            if (row.HasFields) run.Compare(run.Place, row.Batch.Slots.AsSpan(row.Batch.Start[row.Index], row.Shape!.Width));
            if (++run.Place == run.Period) run.Place = 0;
        }
        else if (index + 1 - run.PieceStart >= (long)run.Period * _snapshotAt)
        {
            Snapshot(run, index + 1, history);
        }

        if (!_settled && index + 1 - run.PieceStart > Settled + run.Period) _settled = true;
    }

    private void Begin(int period, long end, EventHistory history)
    {
        var length = _tracker.Matches(period) + period;
        var start = end - length;
        var sum = 0UL;
        for (var i = 0; i < period; i++) sum = LoopRun.Sum(sum, _tracker.Back(i));

        // Inner runs lie inside the run that now shows itself.
        _pending.RemoveAll(p => p.Start >= start);
        var resumed = _pending.Find(p => p.Period == period && p.Signature == sum && start - p.End <= MaxInterruption);
        if (resumed is not null)
        {
            _pending.Remove(resumed);
            resumed.PieceStart = start;
            resumed.Interruptions++;
            resumed.Place = resumed.Template is null ? 0 : PlaceOf(resumed, history, end);
            _run = resumed;
        }
        else
        {
            _run = new LoopRun { Period = period, Start = start, PieceStart = start, Signature = sum };
            var back = (int)(end - 1 - start);
            _run.StartTime = history.TimeBack(back);
            _run.FirstEvent = history.LaneEventBack(back);
        }

        _run.EndTime = history.TimeBack(0);
        _run.LastEvent = history.LaneEventBack(0);
        _interrupted = null;
        if (_run.Template is null && length >= period * _snapshotAt) Snapshot(_run, end, history);
    }

    /// <summary>Copies the first period and what came before, while the history still holds them.</summary>
    private static void Snapshot(LoopRun run, long end, EventHistory history)
    {
        var length = (int)(end - run.PieceStart);
        run.Template = new SavedEvent[run.Period];
        run.Varying = new ulong[run.Period];
        for (var i = 0; i < run.Period; i++) run.Template[i] = history.Back(length - 1 - i).Detach();
        for (var i = run.Period; i < length; i++) run.Compare(i % run.Period, history.Back(length - 1 - i).Slots);
        run.Place = length % run.Period;
        if (run.PieceStart == run.Start) run.Before = history.Before(length);
    }

    /// <summary>Where in the template the next token falls, after an interruption.</summary>
    private int PlaceOf(LoopRun run, EventHistory history, long end)
    {
        // The template's first token is Start; pieces keep the cyclic order, so align on the newest event.
        _ = end;
        var newest = history.Back(0);
        for (var i = 0; i < run.Period; i++)
        {
            if (run.Template![i].Kind != newest.Kind) continue;
            var fits = true;
            for (var back = 1; back < run.Period && fits; back++)
                fits = run.Template[(i - back + run.Period) % run.Period].Kind == history.Back(back).Kind;
            if (fits) return (i + 1) % run.Period;
        }

        return 0;
    }

    private void EndRun(LoopRun run, long end)
    {
        _run = null;
        run.IterationsBefore = run.Iterations(end);
        run.PieceStart = end;
        run.End = end;
        _pending.Add(run);
        if (_pending.Count <= MaxPending) return;
        Finish(_pending[0]);
        _pending.RemoveAt(0);
    }

    private void FlushOld(long index)
    {
        while (_pending.Count > 0 && index - _pending[0].End > MaxInterruption + (2 * PeriodTracker.MaxPeriod))
        {
            Finish(_pending[0]);
            _pending.RemoveAt(0);
        }
    }

    private void Finish(LoopRun run)
    {
        if (run.IterationsBefore >= minIterations && run.Template is not null) onLoop(run);
    }
}
