namespace KvmTraceLab.Parser.Events;

/// <summary>One event: a window on a batch. Valid until the batch is recycled, so copy what must outlive it.</summary>
public readonly struct EventRow(EventBatch batch, int index)
{
    public EventBatch Batch => batch;

    public int Index => index;

    /// <summary>Nanoseconds on the trace's clock, or its ticks where the clock is no time; see <see cref="HasTime"/>.</summary>
    public long Time => batch.Time[index];

    public bool HasTime => (batch.Flags[index] & RowFlags.NoTime) == 0;

    /// <summary>The host CPU, or -1 where the text does not say.</summary>
    public int Cpu => batch.Cpu[index];

    /// <summary>The host thread, or -1 where the text does not say.</summary>
    public int Tid => batch.Tid[index];

    /// <summary>Number of the event in the <see cref="EventCatalog"/>.</summary>
    public int Kind => batch.Kind[index];

    public RowFlags Flags => batch.Flags[index];

    /// <summary>The shape, or null for events kept as text.</summary>
    public EventShape? Shape => batch.Catalog.ShapeOf(batch.Kind[index]);

    public string Name => batch.Catalog.NameOf(batch.Kind[index]);

    /// <summary>Name of the buffer instance, empty for the top one.</summary>
    public string Buffer => batch.Catalog.BufferName(batch.Buffer[index]);

    /// <summary>Byte offset in the (decompressed) input of the line or record.</summary>
    public long Offset => batch.Offset[index];

    public ReadOnlySpan<byte> Comm => batch.CommOf(index);

    /// <summary>The value of a field by slot; zero where the text did not carry it.</summary>
    public ulong this[int slot] => batch.Slots[batch.Start[index] + slot];

    public bool HasFields => (batch.Flags[index] & RowFlags.NoFields) == 0;

    /// <summary>Whether the line or record carried the field.</summary>
    public bool Has(int slot) => HasFields && (Presence >> slot & 1) != 0;

    /// <summary>Bit i is set where field i was there.</summary>
    public ulong Presence => batch.Slots[batch.Start[index] + Shape!.PresenceSlot];

    public ReadOnlySpan<byte> TextOf(ulong textRef) => batch.Text.AsSpan(TextRef.Offset(textRef), TextRef.Length(textRef));

    /// <summary>The payload as it stood in the input; empty for records of trace.dat that have a shape.</summary>
    public ReadOnlySpan<byte> RawPayload => batch.Text.AsSpan(batch.PayloadStart[index], batch.PayloadLength[index]);

    /// <summary>Prints the payload: by its shape, or as it stood where there is none.</summary>
    public void PrintPayload(TextBuilder to, Dialect dialect = Dialect.Plugin)
    {
        if (HasFields && Shape is { } shape) shape.Print(this, to, dialect);
        else to.Append(RawPayload);
    }
}
