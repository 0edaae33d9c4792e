using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Loops;

/// <summary>
/// The last events of one thread, copied, and beside them the last notable ones (control registers, MSRs, CPUID, nested,
/// injections, user-space exits): what a loop is said to have come after.
/// </summary>
internal sealed class EventHistory
{
    private const int Size = 256;
    private const int MaxBefore = 8;

    private readonly SavedEvent[] _events = new SavedEvent[Size];
    private readonly SavedEvent[] _notable = new SavedEvent[Size];
    private readonly long[] _notableIndex = new long[Size];
    private readonly long[] _laneEvent = new long[Size];
    private long _count;
    private long _notableCount;

    public void Add(in EventRow row, bool notable, long laneEvent)
    {
        _laneEvent[_count & (Size - 1)] = laneEvent;
        (_events[_count & (Size - 1)] ??= new SavedEvent()).CopyFrom(row);
        if (notable)
        {
            var at = _notableCount++ & (Size - 1);
            (_notable[at] ??= new SavedEvent()).CopyFrom(row);
            _notableIndex[at] = _count;
        }

        _count++;
    }

    /// <summary>The event so many places before the newest; the oldest kept where it is further back.</summary>
    public SavedEvent Back(int back) => _events[(_count - 1 - Math.Min(back, (int)Math.Min(_count, Size) - 1)) & (Size - 1)];

    public long TimeBack(int back) => Back(back).Time;

    /// <summary>Which event of its thread that was, counted from 1.</summary>
    public long LaneEventBack(int back) => _laneEvent[(_count - 1 - Math.Min(back, (int)Math.Min(_count, Size) - 1)) & (Size - 1)];

    /// <summary>
    /// At most eight events before the last <paramref name="length"/>: notable ones first, then the nearest others, in
    /// the order they happened.
    /// </summary>
    public List<SavedEvent> Before(int length)
    {
        var start = _count - length;
        var chosen = new SortedDictionary<long, SavedEvent>();
        for (var i = _notableCount - 1; i >= Math.Max(0, _notableCount - Size) && chosen.Count < MaxBefore; i--)
        {
            var at = i & (Size - 1);
            if (_notableIndex[at] < start) chosen[_notableIndex[at]] = _notable[at].Detach();
        }

        for (var index = start - 1; index >= Math.Max(0, _count - Size) && chosen.Count < MaxBefore; index--)
            if (!chosen.ContainsKey(index)) chosen[index] = _events[index & (Size - 1)].Detach();
        return [.. chosen.Values];
    }

    public void Clear()
    {
        _count = 0;
        _notableCount = 0;
    }
}
