using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Loops;

/// <summary>The last events given, each with a number of the caller's; counted from 0. Rows are copied as late as can be.</summary>
internal sealed class EventRing
{
    public const int Size = 256;

    private const int Copied = -1;

    private readonly SavedEvent?[] _events = new SavedEvent?[Size];
    private readonly int[] _rows = new int[Size];
    private readonly long[] _marks = new long[Size];
    private EventBatch? _batch;
    private long _copiedUpTo;

    /// <summary>Events given since the start.</summary>
    public long Count { get; private set; }

    /// <summary>The oldest that is kept.</summary>
    public long First => Math.Max(0, Count - Size);

    public void Add(in EventRow row, long mark)
    {
        var at = Count++ & (Size - 1);
        _rows[at] = row.Index;
        _marks[at] = mark;
        if (!ReferenceEquals(_batch, row.Batch)) _batch = row.Batch; // a reference stored costs a write barrier
    }

    /// <summary>So many events are to be given: counts those that the rest will push out, and returns how many they are.</summary>
    public int Skip(int coming)
    {
        var skipped = Math.Max(0, coming - Size);
        Count += skipped;
        return skipped;
    }

    public long MarkAt(long index) => _marks[index & (Size - 1)];

    public SavedEvent At(long index)
    {
        var at = index & (Size - 1);
        var saved = _events[at] ??= new SavedEvent();
        if (_rows[at] == Copied) return saved;
        saved.CopyFrom(_batch![_rows[at]]);
        _rows[at] = Copied;
        return saved;
    }

    public void EndBatch()
    {
        for (var index = Math.Max(_copiedUpTo, First); index < Count; index++) At(index);
        _copiedUpTo = Count;
        _batch = null;
    }

    public void Clear()
    {
        Count = 0;
        _copiedUpTo = 0;
    }
}
