using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>One stream in the merge: the unit being handed out, and those being decoded ahead of it.</summary>
internal sealed class MergeLane(CpuStream stream, UnitQueue queue)
{
    private readonly Queue<DecodeUnit> _ahead = new();
    private bool _ended;

    public CpuStream Stream { get; } = stream;

    /// <summary>Units decoded, or to be decoded, ahead of the one being handed out.</summary>
    public int Ahead => _ahead.Count;

    public DecodeUnit? Unit { get; private set; }

    /// <summary>The next row of the unit; goes on with <see cref="MoveTo"/>.</summary>
    public int Row { get; private set; }

    /// <summary>Number of the batch that has the unit's slots and text, and where they stand there.</summary>
    public int CopiedTo { get; set; } = -1;

    public int SlotShift { get; set; }

    public int TextShift { get; set; }

    public EventBatch Batch => Unit!.Batch;

    /// <summary>Time of the next row.</summary>
    public long Time { get; private set; }

    public void MoveTo(int row)
    {
        Row = row;
        var batch = Unit!.Batch;
        if (row < batch.Count) Time = batch.Heads[row].Time;
    }

    /// <summary>Whether this lane's next row comes before the other's.</summary>
    public bool Before(MergeLane other) => Time != other.Time ? Time < other.Time : WinsTie(other);

    /// <summary>Whether this lane comes first where the times are the same.</summary>
    public bool WinsTie(MergeLane other) => Stream.Cpu != other.Stream.Cpu ? Stream.Cpu < other.Stream.Cpu : Stream.Buffer < other.Stream.Buffer;

    /// <summary>
    /// Goes on to the next unit; returns it decoded (it may hold no row), or null at the end. The unit before must have
    /// been given back.
    /// </summary>
    public DecodeUnit? Advance()
    {
        CopiedTo = -1;
        if (_ahead.TryDequeue(out var unit))
        {
            queue.Complete(unit, scheduled: true);
        }
        else
        {
            unit = Cut();
            if (unit is not null) queue.Complete(unit, scheduled: false);
        }

        Unit = unit;
        if (unit is not null) MoveTo(0);
        return unit;
    }

    /// <summary>Has the next unit decoded ahead, if there is one.</summary>
    public bool ScheduleOne()
    {
        if (Cut() is not { } unit) return false;
        _ahead.Enqueue(unit);
        queue.Schedule(unit);
        return true;
    }

    private DecodeUnit? Cut()
    {
        if (_ended) return null;
        var unit = queue.Rent();
        if (Stream.TryNext(unit)) return unit;
        queue.Return(unit);
        _ended = true;
        return null;
    }
}
