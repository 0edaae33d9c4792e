using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Loops;

/// <summary>
/// The last events of one thread, and beside them the last notable ones (control registers, MSRs, CPUID, nested,
/// injections, user-space exits): what a loop is said to have come after. Events are copied when asked for, or when their
/// batch is about to go: of a batch's thousands only the last few hundred are ever copied.
/// </summary>
internal sealed class EventHistory
{
    private const int MaxBefore = 8;

    private readonly EventRing _events = new();
    private readonly EventRing _notable = new();

    public void Add(in EventRow row, bool notable, long laneEvent)
    {
        if (notable) _notable.Add(row, _events.Count);
        _events.Add(row, laneEvent);
        LastLaneEvent = laneEvent;
    }

    /// <summary>Adds turns: what would be pushed out by the last of them is only counted.</summary>
    public void Add(in Turns turns, NotableEvents notable)
    {
        Span<int> places = stackalloc int[Turns.MaxPeriod];
        var inTurn = 0;
        for (var place = 0; place < turns.Period; place++)
            if (notable.Is(turns.KindAt(place))) places[inTurn++] = place;
        var count = inTurn * turns.Count;
        for (var i = _notable.Skip(count); i < count; i++)
        {
            var offset = (i / inTurn * turns.Period) + places[i % inTurn];
            _notable.Add(turns[offset], _events.Count + offset);
        }

        for (var i = _events.Skip(turns.Rows); i < turns.Rows; i++) _events.Add(turns[i], turns.FirstEvent + i);
        LastLaneEvent = turns.FirstEvent + turns.Rows - 1;
    }

    /// <summary>Which event of its thread the newest was, counted from 1.</summary>
    public long LastLaneEvent { get; private set; }

    /// <summary>The event so many places before the newest; the oldest kept where it is further back.</summary>
    public SavedEvent Back(int back) => _events.At(Index(back));

    public long TimeBack(int back) => Back(back).Time;

    /// <summary>Which event of its thread that was, counted from 1.</summary>
    public long LaneEventBack(int back) => _events.MarkAt(Index(back));

    /// <summary>
    /// At most eight events before the last <paramref name="length"/>: notable ones first, then the nearest others, in
    /// the order they happened.
    /// </summary>
    /// <param name="length">Events of the loop so far.</param>
    /// <param name="spare">Gives the copies.</param>
    public List<SavedEvent> Before(int length, SpareEvents spare)
    {
        var start = _events.Count - length;
        var places = new long[MaxBefore];
        var chosen = new List<SavedEvent>(MaxBefore);
        for (var i = _notable.Count - 1; i >= _notable.First && chosen.Count < MaxBefore; i--)
            if (_notable.MarkAt(i) is var index && index < start) Choose(index, _notable.At(i));
        for (var index = start - 1; index >= _events.First && chosen.Count < MaxBefore; index--)
            Choose(index, _events.At(index));
        return chosen;

        void Choose(long index, SavedEvent saved)
        {
            var at = chosen.Count;
            while (at > 0 && places[at - 1] >= index) at--;
            if (at < chosen.Count && places[at] == index) return;
            for (var i = chosen.Count; i > at; i--) places[i] = places[i - 1];
            places[at] = index;
            chosen.Insert(at, spare.Copy(saved));
        }
    }

    /// <summary>The rows added are about to be overwritten.</summary>
    public void EndBatch()
    {
        _events.EndBatch();
        _notable.EndBatch();
    }

    public void Clear()
    {
        _events.Clear();
        _notable.Clear();
    }

    private long Index(int back) => _events.Count - 1 - Math.Min(back, (int)(_events.Count - _events.First) - 1);
}
