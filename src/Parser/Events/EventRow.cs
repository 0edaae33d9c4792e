namespace KvmTraceLab.Parser.Events;

/// <summary>One event: a window on a batch. Valid until the batch is recycled, so copy what must outlive it.</summary>
public readonly struct EventRow(EventBatch batch, int index)
{
    public EventBatch Batch => batch;

    public int Index => index;

    /// <summary>The row's columns.</summary>
    public ref readonly EventHead Head => ref batch.Heads[index];

    /// <summary>Nanoseconds on the trace's clock, or its ticks where the clock is no time; see <see cref="HasTime"/>.</summary>
    public long Time => batch.Heads[index].Time;

    public bool HasTime => (batch.Heads[index].Flags & RowFlags.NoTime) == 0;

    /// <summary>The host CPU, or -1 where the text does not say.</summary>
    public int Cpu => batch.Heads[index].Cpu;

    /// <summary>The host thread, or -1 where the text does not say.</summary>
    public int Tid => batch.Heads[index].Tid;

    /// <summary>Number of the event in the <see cref="EventCatalog"/>.</summary>
    public int Kind => batch.Heads[index].Kind;

    public RowFlags Flags => batch.Heads[index].Flags;

    /// <summary>The shape, or null for events kept as text.</summary>
    public EventShape? Shape => batch.Catalog.ShapeOf(batch.Heads[index].Kind);

    public string Name => batch.Catalog.NameOf(batch.Heads[index].Kind);

    /// <summary>Name of the buffer instance, empty for the top one.</summary>
    public string Buffer => batch.Catalog.BufferName(batch.Heads[index].Buffer);

    /// <summary>Byte offset in the (decompressed) input of the line or record.</summary>
    public long Offset => batch.Heads[index].Offset;

    public ReadOnlySpan<byte> Comm => batch.CommOf(Head);

    /// <summary>The value of a field by slot; zero where the text did not carry it.</summary>
    public ulong this[int slot] => batch.Slots[batch.Heads[index].Start + slot];

    public bool HasFields => (batch.Heads[index].Flags & RowFlags.NoFields) == 0;

    /// <summary>Whether the line or record carried the field.</summary>
    public bool Has(int slot) => HasFields && (Presence >> slot & 1) != 0;

    /// <summary>Bit i is set where field i was there.</summary>
    public ulong Presence
    {
        get
        {
            ref readonly var head = ref Head;
            return batch.Slots[head.Start + head.Width - 1];
        }
    }

    /// <summary>The fields by slot, with the presence mask behind them; empty where the row has none.</summary>
    public ReadOnlySpan<ulong> Slots => HasFields ? batch.Slots.AsSpan(Head.Start, Head.Width) : [];

    public ReadOnlySpan<byte> TextOf(ulong textRef) => batch.Text.AsSpan(TextRef.Offset(textRef), TextRef.Length(textRef));

    /// <summary>The payload as it stood in the input; empty for records of trace.dat that have a shape.</summary>
    public ReadOnlySpan<byte> RawPayload => batch.Text.AsSpan(Head.PayloadStart, Head.PayloadLength);

    /// <summary>Prints the payload: by its shape, or as it stood where there is none.</summary>
    public void PrintPayload(TextBuilder to, Dialect dialect = Dialect.Plugin)
    {
        if (HasFields && Shape is { } shape) shape.Print(this, to, dialect);
        else to.Append(RawPayload);
    }
}
