using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>One stream in the merge: the unit being handed out, and those being decoded ahead of it.</summary>
internal sealed class MergeLane(CpuStream stream, UnitQueue queue)
{
    private readonly Queue<DecodeUnit> _ahead = new();
    private bool _ended;
    private int _text;

    public CpuStream Stream { get; } = stream;

    /// <summary>Units decoded, or to be decoded, ahead of the one being handed out.</summary>
    public int Ahead => _ahead.Count;

    public DecodeUnit? Unit { get; private set; }

    /// <summary>The next row of the unit; goes on with <see cref="MoveTo"/>.</summary>
    public int Row { get; private set; }

    /// <summary>The row with which the next unit is asked for; none where it was.</summary>
    public int AskAt { get; set; } = int.MaxValue;

    /// <summary>Number of the batch that has the unit's slots and text, or some of them, and where they stand there.</summary>
    public int CopiedTo { get; set; } = -1;

    public bool CopiedWhole { get; set; }

    public int SlotShift { get; set; }

    public int TextShift { get; set; }

    public SharedSlots Shared { get; } = new();

    public EventBatch Batch => Unit!.Batch;

    /// <summary>Time of the next row.</summary>
    public long Time { get; private set; }

    public void MoveTo(int row)
    {
        Row = row;
        var batch = Unit!.Batch;
        if (row < batch.Count) Time = batch.Heads[row].Time;
    }

    /// <summary>The slots of a row that hold text; asked in the order of the rows.</summary>
    public ulong TextSlotsOf(int row)
    {
        var texts = Unit!.TextSlots;
        while (_text < texts.Count && texts[_text].Row < row) _text++;
        return _text < texts.Count && texts[_text].Row == row ? texts[_text].Mask : 0;
    }

    /// <summary>
    /// Goes on to the next unit; returns it decoded (it may hold no row), or null at the end. The unit before must have
    /// been given back.
    /// </summary>
    public DecodeUnit? Advance()
    {
        CopiedTo = -1;
        _text = 0;
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
