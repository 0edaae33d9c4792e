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
    private const int MaxInterrupts = 256;

    private readonly PeriodTracker _tracker = new();
    private readonly List<LoopRun> _pending = [];
    private readonly SpareEvents _spare = new();
    private readonly int _snapshotAt = Math.Clamp(minIterations, 2, 3);
    private LoopRun? _run;
    private bool _settled;

    /// <summary>Host interrupts left out of the stream, each with the index of the token behind it.</summary>
    private readonly List<HostInterrupt> _interrupts = [];

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
        if (_pending.Count > 0)
        {
            FlushOld(index);
            if (period == 0 && GoesOn(index + 1, history)) return;
        }

        if (period > 0) Begin(period, index + 1, history);
    }

    /// <summary>
    /// Whether the row is what the run going on has in this place, down to the last field, so that no token need be made of it. Says no
    /// where that is not plain.
    /// </summary>
    public bool Repeats(in EventRow row) => _settled && _interrupts.Count == 0 && _run is { } run && run.Repeats(row);

    /// <summary>A row that <see cref="Repeats"/>.</summary>
    public void Repeat(in EventRow row, EventHistory history)
    {
        var run = _run!;
        _tracker.Append(run.Tokens[run.Place]);
        if (row.HasTime) run.EndTime = row.Time;
        run.LastEvent = history.LastLaneEvent;
        if (++run.Place == run.Period) run.Place = 0;
    }

    /// <summary>Whether turns of so many events are periods of the run going on.</summary>
    public bool TakesTurns(int period) => _settled && _interrupts.Count == 0 && _run is { Template: not null } run && run.Period == period;

    /// <summary>Turns that go on with the run.</summary>
    public void Repeat(in Turns turns, EventHistory history)
    {
        var run = _run!;
        _tracker.Append(run.Tokens, run.Place, turns.Count);
        run.EndTime = turns.LastTime;
        run.LastEvent = history.LastLaneEvent;
        run.Compare(turns);
    }

    /// <summary>A host interrupt's trip was left out of the stream.</summary>
    public void NoteInterrupt(string reason)
    {
        if (_interrupts.Count >= MaxInterrupts) _interrupts.RemoveRange(0, MaxInterrupts / 2);
        _interrupts.Add(new HostInterrupt(_tracker.Count, reason));
    }

    /// <summary>What was known has ended (lost events): runs may not reach across.</summary>
    public void Break()
    {
        if (_run is { } run) EndRun(run, _tracker.Count);
        foreach (var pending in _pending) Finish(pending);
        _pending.Clear();
        _settled = false;
        _interrupts.Clear();
        _tracker.Reset();
    }

    private void Continue(LoopRun run, long index, in EventRow row, EventHistory history)
    {
        if (_interrupts.Count > 0) TakeInterrupts(run, run.PieceStart);
        if (row.HasTime) run.EndTime = row.Time;
        run.LastEvent = history.LastLaneEvent;
        if (run.Template is not null)
        {
            if (row.HasFields) run.Compare(run.Place, row);
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

        var resumed = Resumed(period, sum, start);
        _run = resumed ?? new LoopRun { Period = period, Start = start, PieceStart = start, Signature = sum };
        TakeInner(_run, start);
        if (resumed is null)
        {
            var back = (int)(end - 1 - start);
            _run.StartTime = history.TimeBack(back);
            _run.FirstEvent = history.LaneEventBack(back);
        }
        else
        {
            BeginPiece(resumed, start, resumed.Template is null ? resumed.Place : PlaceOf(resumed, (int)length));
            if (resumed.Template is not null) Compare(resumed, (int)length, history);
        }

        _run.EndTime = history.TimeBack(0);
        _run.LastEvent = history.LaneEventBack(0);
        TakeInterrupts(_run, start);
        if (_run.Template is null && length >= period * _snapshotAt) Snapshot(_run, end, history);
    }

    /// <summary>The pending run that goes on with this piece; it is pending no longer.</summary>
    private LoopRun? Resumed(int period, ulong signature, long start)
    {
        for (var i = _pending.Count - 1; i >= 0; i--)
        {
            var run = _pending[i];
            var gap = start - run.End;
            if (run.Start >= start || run.Period != period || run.Signature != signature || gap > MaxInterruption || !MayGoOn(run, gap)) continue;
            _pending.RemoveAt(i);
            return run;
        }

        return null;
    }

    /// <summary>Pending runs that lie inside the run that now shows itself are its own.</summary>
    private void TakeInner(LoopRun run, long start)
    {
        for (var i = 0; i < _pending.Count; i++)
        {
            if (_pending[i].Start < start) continue;
            run.Inner.Add(_pending[i]);
            _pending.RemoveAt(i--);
        }
    }

    /// <summary>Copies the first period and what came before, while the history still holds them.</summary>
    private void Snapshot(LoopRun run, long end, EventHistory history)
    {
        var length = (int)(end - run.PieceStart);
        run.Template = new SavedEvent[run.Period];
        run.Varying = new ulong[run.Period];
        run.Tokens = new uint[run.Period];
        for (var i = 0; i < run.Period; i++) Copy(run, i, length - 1 - i, history);
        for (var i = run.Period; i < length; i++) run.Compare(i % run.Period, history.Back(length - 1 - i).Slots);
        run.Place = length % run.Period;
        run.Before = history.Before((int)Math.Min(int.MaxValue, end - run.Start), _spare);
    }

    private void Copy(LoopRun run, int place, int back, EventHistory history)
    {
        run.Template![place] = _spare.Copy(history.Back(back));
        run.Tokens[place] = _tracker.Back(back);
    }

    /// <summary>
    /// One turn of a run that was interrupted, where it broke off or from its beginning, is enough to go on with it: the next
    /// interruption may come right behind it.
    /// </summary>
    private bool GoesOn(long end, EventHistory history)
    {
        for (var i = _pending.Count - 1; i >= 0; i--)
        {
            var run = _pending[i];
            var start = end - run.Period;
            if (run.Template is null || start <= run.End || start - run.End > MaxInterruption || run.IterationsBefore < 4 * (run.Gaps + 1)) continue;
            var place = run.Place;
            if (!IsTurn(run, place) && !IsTurn(run, place = run.TurnPlace)) continue;
            _pending.RemoveAt(i);
            BeginPiece(run, start, place);
            Compare(run, run.Period, history);
            _run = run;
            run.EndTime = history.TimeBack(0);
            run.LastEvent = history.LaneEventBack(0);
            TakeInterrupts(run, start);
            return true;
        }

        return false;
    }

    private static void BeginPiece(LoopRun run, long start, int place)
    {
        run.Doubt(start, start - MaxInterruption - (2 * PeriodTracker.MaxPeriod));
        run.BeginPiece(start, place);
    }

    /// <summary>The newest tokens are one turn, beginning at that place of the template.</summary>
    private bool IsTurn(LoopRun run, int place)
    {
        for (int back = 0, at = place; back < run.Period; back++)
        {
            at = at == 0 ? run.Period - 1 : at - 1;
            if (run.Tokens[at] != _tracker.Back(back)) return false;
        }

        return true;
    }

    /// <summary>
    /// Where in the template a piece of so many events goes on after an interruption: pieces keep the cyclic order, and as the period is the
    /// smallest, only one rotation of its tokens fits.
    /// </summary>
    private int PlaceOf(LoopRun run, int length)
    {
        for (var shift = 0; shift < run.Period; shift++)
        {
            var fits = true;
            for (var i = 0; i < run.Period && fits; i++) fits = run.Tokens[(shift + i) % run.Period] == _tracker.Back(length - 1 - i);
            if (fits) return shift;
        }

        return run.Place;
    }

    /// <summary>The first turns of a piece are compared like any other.</summary>
    private static void Compare(LoopRun run, int length, EventHistory history)
    {
        for (var i = 0; i < length; i++) run.Compare((run.Place + i) % run.Period, history.Back(length - 1 - i).Slots);
        run.Place = (run.Place + length) % run.Period;
    }

    /// <summary>Counts the host interrupts that lie inside the run, behind its first event.</summary>
    private void TakeInterrupts(LoopRun run, long start)
    {
        foreach (var (index, reason) in _interrupts)
        {
            if (index <= start) continue;
            run.Interruptions++;
            run.InterruptReasons[reason] = run.InterruptReasons.GetValueOrDefault(reason) + 1;
        }

        _interrupts.Clear();
    }

    private void EndRun(LoopRun run, long end)
    {
        _run = null;
        if (run.Iterations(end) >= minIterations)
            foreach (var pending in _pending) pending.TakeBack(run.PieceStart);
        run.EndPiece(end);
        _pending.Add(run);
        if (_pending.Count <= MaxPending) return;
        Finish(_pending[0]);
        _pending.RemoveAt(0);
    }

    /// <summary>
    /// Whether what follows a gap may be the same loop. Any stream over few letters repeats one now and then: pieces of two or three turns with
    /// more events between than in them are chance.
    /// </summary>
    private static bool MayGoOn(LoopRun run, long gap) =>
        run.IterationsBefore >= 4 * (run.Gaps + 1) || run.GapEvents + gap <= run.IterationsBefore * run.Period;

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
        if (run.IterationsBefore >= minIterations && run.Template is not null)
        {
            onLoop(run);
            return;
        }

        if (run.Template is { } template)
        {
            _spare.TakeBack(template);
            _spare.TakeBack(run.Before);
            run.Template = null;
        }

        // The outer sequence came to too few turns: what repeated inside it stands for itself.
        foreach (var inner in run.Inner) Finish(inner);
    }

    /// <summary>An exit of the host's own, before which token it came.</summary>
    private readonly record struct HostInterrupt(long Index, string Reason);
}
