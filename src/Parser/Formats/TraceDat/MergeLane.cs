using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>One stream in the merge: the unit being handed out, and those being decoded ahead of it.</summary>
internal sealed class MergeLane(CpuStream stream, UnitQueue queue)
{
    private readonly Queue<DecodeUnit> _ahead = new();
    private bool _ended;

    public CpuStream Stream { get; } = stream;

    public DecodeUnit? Unit { get; private set; }

    /// <summary>The next row of the unit.</summary>
    public int Row { get; set; }

    /// <summary>Number of the batch that has the unit's slots and text, and where they stand there.</summary>
    public int CopiedTo { get; set; } = -1;

    public int SlotShift { get; set; }

    public int TextShift { get; set; }

    public EventBatch Batch => Unit!.Batch;

    public long Time => Unit!.Batch.Heads[Row].Time;

    /// <summary>Whether this lane's next row comes before the other's.</summary>
    public bool Before(MergeLane other)
    {
        var time = Time;
        var otherTime = other.Time;
        return time != otherTime ? time < otherTime : WinsTie(other);
    }

    /// <summary>Whether this lane comes first where the times are the same.</summary>
    public bool WinsTie(MergeLane other) => Stream.Cpu != other.Stream.Cpu ? Stream.Cpu < other.Stream.Cpu : Stream.Buffer < other.Stream.Buffer;

    /// <summary>
    /// Goes on to the next unit; returns it decoded (it may hold no row), or null at the end. The unit before must have
    /// been given back.
    /// </summary>
    public DecodeUnit? Advance()
    {
        Row = 0;
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
