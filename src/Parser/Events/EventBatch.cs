using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Events;

/// <summary>
/// A run of events in columns, with one arena of field values. Batches are pooled: a batch handed out is valid until the
/// next one is asked for.
/// </summary>
/// <param name="catalog">Names the kinds.</param>
/// <param name="rows">Room for so many to begin with.</param>
public sealed class EventBatch(EventCatalog catalog, int rows = 64)
{
    private const int SlotsOfARow = 16;

    public EventCatalog Catalog { get; } = catalog;

    public int Count { get; private set; }

    /// <summary>The rows; <see cref="Count"/> of them are in use.</summary>
    public EventHead[] Heads = new EventHead[rows];

    /// <summary>Field values of all rows; a row's window begins at <see cref="EventHead.Start"/>.</summary>
    public ulong[] Slots = new ulong[rows * SlotsOfARow];

    /// <summary>What comms, payloads and text fields refer to: the text block itself, or an arena of the decoder's.</summary>
    public byte[] Text = [];

    /// <summary>Slots used.</summary>
    public int SlotCount { get; private set; }

    /// <summary>Which batch of the trace this is, as the replay counts; tells what is remembered of slots from what is past.</summary>
    public long Number { get; set; }

    /// <summary>The highest CPU of a row, and the span of its times; kept by text decoders.</summary>
    public int MaxCpu { get; set; }

    public long FirstTime { get; set; }

    public long LastTime { get; set; }

    /// <summary>Rows with a time.</summary>
    public int Timed { get; set; }

    /// <summary>Lines or records read, and what became of those that are no events.</summary>
    public LineTally Lines;

    /// <summary>Rows whose time was an integer without a fraction (a counter or cycle clock).</summary>
    public int IntegerTimes { get; set; }

    /// <summary>An elision stood behind the last event: the next batch's first event has <see cref="RowFlags.Gap"/>.</summary>
    public bool EndsInGap { get; set; }

    /// <summary>Trouble met while decoding this batch; merged in order.</summary>
    public HealthLog Health { get; } = new();

    /// <summary>Lines around the trace worth keeping (watchdog messages, frequency lists); few.</summary>
    public List<Remark> Remarks { get; } = [];

    public EventRow this[int index] => new(this, index);

    public void Clear()
    {
        Count = 0;
        SlotCount = 0;
        Lines = default;
        IntegerTimes = 0;
        EndsInGap = false;
        MaxCpu = -1;
        FirstTime = long.MaxValue;
        LastTime = long.MinValue;
        Timed = 0;
        Health.Clear();
        Remarks.Clear();
    }

    /// <summary>Begins a row at the end; the caller sets the other columns. Slots for <paramref name="width"/> are reserved.</summary>
    public int Add(int width)
    {
        if (Count == Heads.Length) Array.Resize(ref Heads, Count * 2);
        var start = SlotCount;
        Reserve(width);
        ref var head = ref Heads[Count];
        head.Start = start;
        head.Width = (byte)width;
        return Count++;
    }

    /// <summary>Takes back the last row, made by <see cref="Add"/>.</summary>
    public void RemoveLast() => SlotCount = Heads[--Count].Start;

    /// <summary>Begins a row that has the slots of an earlier one.</summary>
    public int AddLike(int row)
    {
        if (Count == Heads.Length) Array.Resize(ref Heads, Count * 2);
        ref var head = ref Heads[Count];
        head.Start = Heads[row].Start;
        head.Width = Heads[row].Width;
        return Count++;
    }

    /// <summary>Gives a row slots of its own, with what they held.</summary>
    public void Unshare(int row)
    {
        ref var head = ref Heads[row];
        var start = SlotCount;
        Reserve(head.Width);
        Slots.AsSpan(head.Start, head.Width).CopyTo(Slots.AsSpan(start));
        head.Start = start;
    }

    /// <summary>Appends slots; returns where they begin.</summary>
    public int AddSlots(ReadOnlySpan<ulong> slots)
    {
        var start = SlotCount;
        Reserve(slots.Length);
        slots.CopyTo(Slots.AsSpan(start));
        return start;
    }

    /// <summary>Appends rows as they are; returns them, so that the caller can mend what refers to another batch.</summary>
    public Span<EventHead> AddHeads(ReadOnlySpan<EventHead> heads)
    {
        if (Count + heads.Length > Heads.Length) Array.Resize(ref Heads, Math.Max(Heads.Length * 2, Count + heads.Length));
        var added = Heads.AsSpan(Count, heads.Length);
        heads.CopyTo(added);
        Count += heads.Length;
        return added;
    }

    internal ReadOnlySpan<byte> CommOf(in EventHead head) => head.CommLength < 0
        ? Catalog.CommOf(head.Tid)
        : Text.AsSpan(head.CommStart, head.CommLength);

    private void Reserve(int width)
    {
        var end = SlotCount + width;
        if (end > Slots.Length) Array.Resize(ref Slots, Math.Max(Slots.Length * 2, end));
        SlotCount = end;
    }
}
