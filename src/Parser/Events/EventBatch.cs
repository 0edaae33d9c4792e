using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Events;

/// <summary>
/// A run of events in columns, with one arena of field values. Batches are pooled: a batch handed out is valid until the
/// next one is asked for.
/// </summary>
public sealed class EventBatch(EventCatalog catalog)
{
    public EventCatalog Catalog { get; } = catalog;

    public int Count { get; private set; }

    public long[] Time = new long[64];
    public int[] Cpu = new int[64];
    public int[] Tid = new int[64];
    public ushort[] Kind = new ushort[64];
    public byte[] Buffer = new byte[64];
    public RowFlags[] Flags = new RowFlags[64];
    public int[] Start = new int[64];
    public long[] Offset = new long[64];
    public int[] CommStart = new int[64];
    public int[] CommLength = new int[64];
    public int[] PayloadStart = new int[64];
    public int[] PayloadLength = new int[64];

    /// <summary>Field values of all rows; a row's window begins at <see cref="Start"/>.</summary>
    public ulong[] Slots = new ulong[1024];

    /// <summary>What comms, payloads and text fields refer to: the text block itself, or an arena of the decoder's.</summary>
    public byte[] Text = [];

    /// <summary>Slots used.</summary>
    public int SlotCount { get; set; }

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
        Health.Clear();
        Remarks.Clear();
    }

    /// <summary>Begins a row at the end; the caller sets every column. Slots for <paramref name="width"/> are reserved.</summary>
    public int Add(int width)
    {
        if (Count == Time.Length) GrowRows();
        var start = SlotCount;
        if (start + width > Slots.Length) Array.Resize(ref Slots, Math.Max(Slots.Length * 2, start + width));
        SlotCount = start + width;
        Start[Count] = start;
        return Count++;
    }

    /// <summary>Takes back the last row.</summary>
    public void RemoveLast()
    {
        Count--;
        SlotCount = Start[Count];
    }

    internal ReadOnlySpan<byte> CommOf(int index) => CommLength[index] < 0
        ? Catalog.CommOf(Tid[index])
        : Text.AsSpan(CommStart[index], CommLength[index]);

    private void GrowRows()
    {
        var size = Time.Length * 2;
        Array.Resize(ref Time, size);
        Array.Resize(ref Cpu, size);
        Array.Resize(ref Tid, size);
        Array.Resize(ref Kind, size);
        Array.Resize(ref Buffer, size);
        Array.Resize(ref Flags, size);
        Array.Resize(ref Start, size);
        Array.Resize(ref Offset, size);
        Array.Resize(ref CommStart, size);
        Array.Resize(ref CommLength, size);
        Array.Resize(ref PayloadStart, size);
        Array.Resize(ref PayloadLength, size);
    }
}
