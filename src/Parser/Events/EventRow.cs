namespace KvmTraceLab.Parser.Events;

/// <summary>One event: a window on a batch. Valid until the batch is recycled, so copy what must outlive it.</summary>
public readonly ref struct EventRow
{
    private readonly EventBatch _batch;
    private readonly ref readonly EventHead _head;

    public EventRow(EventBatch batch, int index)
    {
        _batch = batch;
        Index = index;
        _head = ref batch.Heads[index];
    }

    public EventBatch Batch => _batch;

    public int Index { get; }

    /// <summary>The row's columns.</summary>
    public ref readonly EventHead Head => ref _head;

    /// <summary>Nanoseconds on the trace's clock, or its ticks where the clock is no time; see <see cref="HasTime"/>.</summary>
    public long Time => _head.Time;

    public bool HasTime => (_head.Flags & RowFlags.NoTime) == 0;

    /// <summary>The host CPU, or -1 where the text does not say.</summary>
    public int Cpu => _head.Cpu;

    /// <summary>The host thread, or -1 where the text does not say.</summary>
    public int Tid => _head.Tid;

    /// <summary>Number of the event in the <see cref="EventCatalog"/>.</summary>
    public int Kind => _head.Kind;

    public RowFlags Flags => _head.Flags;

    /// <summary>The shape, or null for events kept as text.</summary>
    public EventShape? Shape => _batch.Catalog.ShapeOf(_head.Kind);

    public string Name => _batch.Catalog.NameOf(_head.Kind);

    /// <summary>Name of the buffer instance, empty for the top one.</summary>
    public string Buffer => _batch.Catalog.BufferName(_head.Buffer);

    /// <summary>Byte offset in the (decompressed) input of the line or record.</summary>
    public long Offset => _head.Offset;

    public ReadOnlySpan<byte> Comm => _batch.CommOf(_head);

    /// <summary>The value of a field by slot; zero where the text did not carry it.</summary>
    public ulong this[int slot] => _batch.Slots[_head.Start + slot];

    public bool HasFields => (_head.Flags & RowFlags.NoFields) == 0;

    /// <summary>Whether the line or record carried the field.</summary>
    public bool Has(int slot) => HasFields && (Presence >> slot & 1) != 0;

    /// <summary>Bit i is set where field i was there.</summary>
    public ulong Presence
    {
        get
        {
            ref readonly var head = ref _head;
            return _batch.Slots[head.Start + head.Width - 1];
        }
    }

    /// <summary>The fields by slot, with the presence mask behind them; empty where the row has none.</summary>
    public ReadOnlySpan<ulong> Slots => HasFields ? _batch.Slots.AsSpan(_head.Start, _head.Width) : [];

    public ReadOnlySpan<byte> TextOf(ulong textRef) => _batch.Text.AsSpan(TextRef.Offset(textRef), TextRef.Length(textRef));

    /// <summary>The payload as it stood in the input; empty for records of trace.dat that have a shape.</summary>
    public ReadOnlySpan<byte> RawPayload => _batch.Text.AsSpan(_head.PayloadStart, _head.PayloadLength);

    /// <summary>Prints the payload: by its shape, or as it stood where there is none.</summary>
    public void PrintPayload(TextBuilder to, Dialect dialect = Dialect.Plugin)
    {
        if (HasFields && Shape is { } shape) shape.Print(this, to, dialect);
        else to.Append(RawPayload);
    }
}
