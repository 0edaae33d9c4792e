using System.Diagnostics.CodeAnalysis;
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

    /// <summary>How far back a run may begin that shows itself now, and may have ended that goes on.</summary>
    private const int MaxPast = MaxInterruption + (2 * PeriodTracker.MaxPeriod);

    private const int MaxPending = 8;
    private const int MaxInterrupts = 256;

    private readonly PeriodTracker _tracker = new();
    private readonly List<LoopRun> _pending = [];
    private readonly SpareEvents _spare = new();
    private readonly int _snapshotAt = Math.Clamp(minIterations, 2, 3);
    private LoopRun? _run;
    private bool _settled;

    /// <summary>The last host interrupts left out of the stream, each with the index of the token behind it.</summary>
    private readonly List<HostInterrupt> _interrupts = [];
    private long _noted;

    /// <summary>A run is going on that is longer than any interruption.</summary>
    public bool IsSettled => _settled;

    public LoopRun? Run => _run;

    public void Add(uint token, in EventRow row, EventHistory history)
    {
        var index = _tracker.Count;
        if (_run is { } run)
        {
            if (token == (run.Template is null ? _tracker.Back(run.Period - 1) : run.Tokens[run.Place]))
            {
                if (_settled) _tracker.Append(token);
                else _tracker.Add(token);
                Continue(run, index, row, history);
                if (_pending.Count > 0) Step(token, index, history);
                return;
            }

            EndRun(run);
        }

        var period = _tracker.Add(token);
        if (_pending.Count > 0) Step(token, index, history);
        if (period > 0 && _run is null) Begin(period, index + 1, history);
    }

    /// <summary>
    /// Whether the row is what the run going on has in this place, down to the last field, so that no token need be made of it. Says no
    /// where that is not plain.
    /// </summary>
    public bool Repeats(in EventRow row) => IsPlain(out var run) && run.Repeats(row);

    /// <summary>A row that <see cref="Repeats"/>.</summary>
    public void Repeat(in EventRow row, EventHistory history)
    {
        var run = _run!;
        _tracker.Append(run.Tokens[run.Place]);
        if (row.HasTime) run.EndTime = row.Time;
        run.LastEvent = history.LastLaneEvent;
        run.Take(_tracker.Count - 1);
    }

    /// <summary>Whether turns of so many events are periods of the run going on.</summary>
    public bool TakesTurns(int period) => IsPlain(out var run) && run.Template is not null && run.Period == period;

    /// <summary>Turns that go on with the run.</summary>
    public void Repeat(in Turns turns, EventHistory history)
    {
        var run = _run!;
        _tracker.Append(run.Tokens, run.Place, turns.Count);
        run.Own += turns.Rows;
        run.End = _tracker.Count;
        run.EndTime = turns.LastTime;
        run.LastEvent = history.LastLaneEvent;
        run.Compare(turns);
    }

    /// <summary>A host interrupt's trip was left out of the stream.</summary>
    public void NoteInterrupt(string reason)
    {
        if (_interrupts.Count >= MaxInterrupts) _interrupts.RemoveRange(0, MaxInterrupts / 2);
        _interrupts.Add(new HostInterrupt(_tracker.Count, reason));
        _noted++;
    }

    /// <summary>What was known has ended (lost events): runs may not reach across.</summary>
    public void Break()
    {
        if (_run is { } run) EndRun(run);
        _pending.Sort((a, b) => a.Period.CompareTo(b.Period));
        while (_pending.Count > 0) LetGo(_pending[0]);
        _settled = false;
        _interrupts.Clear();
        _noted = 0;
        _tracker.Reset();
    }

    /// <summary>Nothing but the run goes on, and has for long.</summary>
    private bool IsPlain([NotNullWhen(true)] out LoopRun? run)
    {
        run = _run;
        return _settled && run is not null && run.InterruptsTaken == _noted && _pending.Count == 0;
    }

    private void Continue(LoopRun run, long index, in EventRow row, EventHistory history)
    {
        if (run.InterruptsTaken < _noted) TakeInterrupts(run);
        if (row.HasTime) run.EndTime = row.Time;
        run.LastEvent = history.LastLaneEvent;
        if (run.Template is not null && row.HasFields) run.Compare(run.Place, row);
        run.Take(index);
        if (run.Template is null && run.Own >= (long)run.Period * _snapshotAt) Snapshot(run, (int)run.Own, history);
        if (!_settled && index + 1 - run.PieceStart > Settled + run.Period) _settled = true;
    }

    private void Begin(int period, long end, EventHistory history)
    {
        var length = _tracker.Matches(period) + period;
        var start = end - length;
        var sum = Sum(period);
        var back = (int)(length - 1);
        var run = _run = new LoopRun { Period = period, Start = start, PieceStart = start, Signature = sum, StartTime = history.TimeBack(back), FirstEvent = history.LaneEventBack(back) };
        run.Own = length;
        run.Place = (int)(length % period);
        run.End = end;
        Began(run, history);
        if (run.Own >= period * _snapshotAt) Snapshot(run, (int)length, history);
    }

    /// <summary>The run is the one going on now, from this token.</summary>
    private void Began(LoopRun run, EventHistory history)
    {
        run.EndTime = history.TimeBack(0);
        run.LastEvent = history.LaneEventBack(0);
        TakeInterrupts(run);
        run.ClaimsFrom = run.IsProven ? run.PieceStart : run.Start;
        foreach (var pending in _pending)
            if (pending.Period < run.Period) pending.Yield(run.ClaimsFrom);
    }

    /// <summary>
    /// Runs that were interrupted wait for what goes on with them: one turn is enough, wherever others stand between its events, since the next
    /// interruption may come right behind it. While another run goes on they do so on trial: it may come to enough turns.
    /// </summary>
    private void Step(uint token, long index, EventHistory history)
    {
        LoopRun? next = null;
        for (var i = _pending.Count - 1; i >= 0; i--)
        {
            var run = _pending[i];
            if (index - run.End > MaxPast) LetGo(run);
            else if (_run is { } now && Surpasses(now, run)) GiveWay(run, now, index + 1);
            else if (GoesOn(run, token, index, history) && (_run is null || _run.PieceStart >= run.PieceStart)) next ??= run;
        }

        if (next is null) return;
        _pending.Remove(next);
        if (_run is { } inner) EndRun(inner);
        _run = next;
        Began(next, history);
    }

    /// <summary>Whether a run of a longer period has come to enough turns: what the other took of it, and what lies inside of it, is its own.</summary>
    private bool Surpasses(LoopRun run, LoopRun other) => run.Period > other.Period && run.Iterations >= minIterations;

    private void GiveWay(LoopRun run, LoopRun longer, long end)
    {
        run.TakeBack();
        run.Forget(end);
        if (run.Start < longer.ClaimsFrom || longer.LeavesOut(run)) return;
        _pending.Remove(run);
        TakeBack(run);
    }

    /// <summary>Whether the token goes on with a run that was interrupted.</summary>
    private bool GoesOn(LoopRun run, uint token, long index, EventHistory history)
    {
        if (run.Template is not null && run.End == index && token == run.Tokens[run.Place])
        {
            run.Compare(run.Place, history.Back(0).Slots);
            run.Take(index);
        }
        else if (!GoesOnWithTurn(run, token, index, history) && !GoesOnWithTwo(run, index + 1, history))
        {
            return false;
        }

        run.EndTime = history.TimeBack(0);
        run.LastEvent = history.LaneEventBack(0);
        TakeInterrupts(run);
        return true;
    }

    /// <summary>
    /// A single turn goes on with a run of at least four for each gap, or of twice as many events as lay between; else it may be chance.
    /// </summary>
    private bool GoesOnWithTurn(LoopRun run, uint token, long index, EventHistory history)
    {
        if (run.Template is null || run.Others > MaxInterruption || !run.Completes(token, index)) return false;
        if (run.Iterations < 4 * (run.Gaps + run.FurtherGaps) && (run.Iterations < 4 || 2 * (run.GapEvents + run.FurtherGapEvents) > run.Own))
        {
            run.Forget(index + 1);
            return false;
        }

        Doubt(run, run.Further[0]);
        for (var i = 0; i < run.Further.Count; i++) run.Compare((run.Place + i) % run.Period, history.Back((int)(index - run.Further[i])).Slots);
        run.GoOn();
        return true;
    }

    /// <summary>
    /// Two turns in a row, wherever they begin, are enough where there were four for each gap, or no more events between than in the run: any
    /// stream over few letters repeats one now and then.
    /// </summary>
    private bool GoesOnWithTwo(LoopRun run, long end, EventHistory history)
    {
        var start = end - (2 * run.Period);
        var gap = start - run.End;
        if (_settled || _tracker.Matches(run.Period) != run.Period || gap > MaxInterruption || gap < -(run.Own % run.Period)) return false;
        if (run.Iterations < 4 * (run.Gaps + 1) && run.GapEvents + gap > run.Own) return false;
        if (run.Signature != Sum(run.Period)) return false;
        Doubt(run, start);
        var (before, piece) = (run.End - run.Start, run.Start);
        run.GoOnWithTwo(start, PlaceOf(run));
        if (run.Template is null)
        {
            Snapshot(run, 2 * run.Period, history);
            for (var i = 0; i < before && end - 1 - piece < EventRing.Size; i++) run.Compare((int)(i % run.Period), history.Back((int)(end - 1 - piece - i)).Slots);
        }
        else
        {
            for (var i = 0; i < 2 * run.Period; i++) run.Compare((run.Place + i) % run.Period, history.Back((2 * run.Period) - 1 - i).Slots);
        }

        return true;
    }

    private ulong Sum(int period)
    {
        var sum = 0UL;
        for (var i = 0; i < period; i++) sum = LoopRun.Sum(sum, _tracker.Back(i));
        return sum;
    }

    /// <summary>Copies a period and what came before, while the history still holds them.</summary>
    /// <param name="run">A run without a template.</param>
    /// <param name="length">Its newest events, which stand in a row.</param>
    /// <param name="history">Where they stand.</param>
    private void Snapshot(LoopRun run, int length, EventHistory history)
    {
        var period = run.Period;
        var first = run.Place + period - (length % period);
        run.Template = new SavedEvent[period];
        run.Varying = new ulong[period];
        run.Tokens = new uint[period];
        for (var i = 0; i < period; i++)
        {
            run.Template[(first + i) % period] = _spare.Copy(history.Back(length - 1 - i));
            run.Tokens[(first + i) % period] = _tracker.Back(length - 1 - i);
        }

        for (var i = period; i < length; i++) run.Compare((first + i) % period, history.Back(length - 1 - i).Slots);
        run.Before = history.Before((int)(_tracker.Count - run.Start), _spare);
    }

    /// <summary>Any run of a longer period that has not come to enough turns may yet turn out to hold the piece.</summary>
    private void Doubt(LoopRun run, long start)
    {
        var oldest = start - MaxPast;
        if (_run is { } now && now.Period > run.Period && now.Iterations < minIterations) oldest = Math.Min(oldest, now.Start);
        foreach (var other in _pending)
            if (other.Period > run.Period && other.Iterations < minIterations) oldest = Math.Min(oldest, other.Start);
        run.Doubt(start, oldest);
    }

    /// <summary>
    /// Where in the template the newest turn begins: pieces keep the cyclic order, and as the period is the smallest, only one rotation of its
    /// tokens fits.
    /// </summary>
    private int PlaceOf(LoopRun run)
    {
        for (var shift = 0; shift < run.Period; shift++)
        {
            var fits = true;
            for (var i = 0; i < run.Period && fits; i++) fits = run.Tokens[(shift + i) % run.Period] == _tracker.Back(run.Period - 1 - i);
            if (fits) return shift;
        }

        return run.Place;
    }

    /// <summary>Counts the host interrupts that lie inside the run, behind its first event.</summary>
    private void TakeInterrupts(LoopRun run)
    {
        var untaken = Math.Min(_interrupts.Count, _noted - run.InterruptsTaken);
        for (var i = _interrupts.Count - 1; untaken > 0 && _interrupts[i].Index > run.Start; i--, untaken--)
        {
            run.Interruptions++;
            run.InterruptReasons[_interrupts[i].Reason] = run.InterruptReasons.GetValueOrDefault(_interrupts[i].Reason) + 1;
        }

        run.InterruptsTaken = _noted;
    }

    private void EndRun(LoopRun run)
    {
        _run = null;
        if (run.Template is null)
        {
            run.Tokens = new uint[run.Period];
            for (var i = 0; i < run.Period; i++) run.Tokens[(run.Place + i) % run.Period] = _tracker.Back((int)(_tracker.Count - run.End) + run.Period - 1 - i);
        }

        for (var i = _pending.Count - 1; i >= 0; i--)
            if (Surpasses(run, _pending[i])) GiveWay(_pending[i], run, run.End);
        run.IsProven = run.Iterations >= minIterations;
        _pending.Add(run);
        if (_settled)
        {
            _settled = false;
            _tracker.Rebuild();
        }

        if (_pending.Count > MaxPending) LetGo(_pending.MinBy(p => _tracker.Count - p.End > MaxInterruption && p.Further.Count == 0 ? 0 : p.Own)!);
    }

    /// <summary>Nothing can go on with the run any more. What is perhaps part of a longer loop waits for that one's end.</summary>
    private void LetGo(LoopRun run)
    {
        _pending.Remove(run);
        var longer = _run is { } now && MayHold(now, run) ? now : _pending.Find(p => MayHold(p, run));
        if (longer is null || (run.Iterations < minIterations && run.Inner.Count == 0))
        {
            Finish(run);
            return;
        }

        run.Yield(longer.Start);
        longer.Inner.Add(run);
    }

    private bool MayHold(LoopRun run, LoopRun other) => run.Period > other.Period && run.Iterations < minIterations && run.Start < other.End && other.Start < run.End;

    private void Finish(LoopRun run)
    {
        var isLoop = run.Iterations >= minIterations && run.Template is not null;
        if (isLoop) onLoop(run);
        else TakeBack(run);
        foreach (var inner in run.Inner)
        {
            // A sequence that came to too few turns holds nothing: what repeated inside it stands for itself.
            if (isLoop) inner.TakeBack();
            if (isLoop && inner.Start >= run.Start && !run.LeavesOut(inner)) TakeBack(inner);
            else Finish(inner);
        }
    }

    private void TakeBack(LoopRun run)
    {
        if (run.Template is not { } template) return;
        _spare.TakeBack(template);
        _spare.TakeBack(run.Before);
        run.Template = null;
    }

    /// <summary>An exit of the host's own, before which token it came.</summary>
    private readonly record struct HostInterrupt(long Index, string Reason);
}
