using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// Some pages of one CPU and the rows they became. Pages stand on their own (each begins with a full time stamp), so
/// units of one CPU can be decoded in any order, by any thread.
/// </summary>
internal sealed class DecodeUnit(EventCatalog catalog)
{
    private int _state;

    public CpuStream Stream { get; set; } = null!;

    /// <summary>File offset of the pages, or of the packed chunk.</summary>
    public long Offset { get; set; }

    /// <summary>Bytes of pages; unpacked.</summary>
    public int Size { get; set; }

    /// <summary>Bytes of the packed chunk, 0 for plain pages.</summary>
    public int PackedSize { get; set; }

    public EventBatch Batch { get; } = new(catalog);

    /// <summary>Bytes used of the batch's text.</summary>
    public int TextLength { get; set; }

    /// <summary>Rows that have text in slots, in order, with the mask of those slots.</summary>
    public List<(int Row, ulong Mask)> TextSlots { get; } = [];

    /// <summary>Losses met: how many, or -1 where the page does not say.</summary>
    public List<long> Lost { get; } = [];

    public RecordFields Record { get; } = new();

    public RepeatTable Repeats { get; } = new();

    public TurnRecords Turn { get; } = new();

    /// <summary>Set by the thread that decoded; the merger waits for it.</summary>
    public ManualResetEventSlim Done { get; } = new(false);

    /// <summary>An error that ends the reading, from a worker.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Tells this use of the unit from those before: units go round.</summary>
    public int Ticket { get; private set; }

    /// <summary>True for the one thread that may decode this unit, and only in the use the ticket is for.</summary>
    public bool TryClaim(int ticket) => Interlocked.CompareExchange(ref _state, (2 * ticket) + 1, 2 * ticket) == 2 * ticket;

    public void Reset()
    {
        Batch.Clear();
        Repeats.Reset();
        Turn.Reset();
        TextLength = 0;
        Lost.Clear();
        TextSlots.Clear();
        Failure = null;
        Done.Reset();
        Ticket = (Ticket + 1) & 0x3fff_ffff;
        Volatile.Write(ref _state, 2 * Ticket);
    }

    /// <summary>Room for <paramref name="size"/> bytes at the end of the text.</summary>
    public Span<byte> TextRoom(int size)
    {
        if (TextLength + size > Batch.Text.Length) Array.Resize(ref Batch.Text, Math.Max(Math.Max(4096, Batch.Text.Length * 2), TextLength + size));
        return Batch.Text.AsSpan(TextLength, size);
    }

    public ulong AddText(ReadOnlySpan<byte> text)
    {
        text.CopyTo(TextRoom(text.Length));
        var made = TextRef.Make(TextLength, text.Length);
        TextLength += text.Length;
        return made;
    }
}
