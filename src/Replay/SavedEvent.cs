using System.Numerics;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Replay;

/// <summary>A copy of one row that outlives its batch; reusable, so that rings of them cost nothing a row.</summary>
public sealed class SavedEvent
{
    private const int MaxText = 512;

    private ulong[] _slots = [];
    private byte[] _text = [];
    private int _textLength;
    private int _slotCount;
    private EventCatalog _catalog = null!;

    public long Time { get; private set; }

    public bool HasTime => (Flags & RowFlags.NoTime) == 0;

    public int Cpu { get; private set; }

    public int Tid { get; private set; }

    public int Kind { get; private set; }

    public RowFlags Flags { get; private set; }

    public long Offset { get; private set; }

    /// <summary>The task's name where the line spelled it, else what the trace says of the thread.</summary>
    public string Comm { get; private set; } = "";

    public string Name => _catalog.NameOf(Kind);

    public EventShape? Shape => _catalog.ShapeOf(Kind);

    public bool HasFields => (Flags & RowFlags.NoFields) == 0;

    /// <summary>The value of a field by slot.</summary>
    public ulong this[int slot] => _slots[slot];

    public ReadOnlySpan<ulong> Slots => _slots.AsSpan(0, _slotCount);

    public bool Has(int slot) => HasFields && (_slots[_slotCount - 1] >> slot & 1) != 0;

    /// <summary>A text field by slot.</summary>
    public string Text(int slot) => System.Text.Encoding.UTF8.GetString(_text.AsSpan(TextRef.Offset(_slots[slot]), TextRef.Length(_slots[slot])));

    public void CopyFrom(in EventRow row, bool withText = false)
    {
        var batch = row.Batch;
        ref readonly var head = ref row.Head;
        _catalog = batch.Catalog;
        Time = head.Time;
        Cpu = head.Cpu;
        Tid = head.Tid;
        Kind = head.Kind;
        Flags = head.Flags;
        Offset = head.Offset;
        _textLength = 0;
        _slotCount = 0;
        if (HasFields && row.Shape is { } shape)
        {
            _slotCount = head.Width;
            if (_slots.Length < _slotCount) _slots = new ulong[Math.Max(8, _slotCount)];
            batch.Slots.AsSpan(head.Start, _slotCount).CopyTo(_slots);
            if (shape.TextSlots != 0) withText = true;
        }
        else
        {
            withText = true;
        }

        if (!withText) return;
        var text = row.RawPayload;
        if (text.IsEmpty && HasFields)
        {
            CopyTextFields(row);
            return;
        }

        KeepText(text);
        Rebase(head.PayloadStart, text.Length);
    }

    /// <summary>Copies another saved event without allocating where the sizes fit.</summary>
    public void CopyFrom(SavedEvent other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (_catalog, Time, Cpu, Tid, Kind, Flags, Offset, Comm) = (other._catalog, other.Time, other.Cpu, other.Tid, other.Kind, other.Flags, other.Offset, other.Comm);
        if (_slots.Length < other._slotCount) _slots = new ulong[other._slotCount];
        other.Slots.CopyTo(_slots);
        _slotCount = other._slotCount;
        if (_text.Length < other._textLength) _text = new byte[other._textLength];
        other._text.AsSpan(0, other._textLength).CopyTo(_text);
        _textLength = other._textLength;
    }

    /// <summary>Copies everything, the task's name too; for events that a report will print.</summary>
    public SavedEvent Detach()
    {
        var copy = new SavedEvent
        {
            _catalog = _catalog, Time = Time, Cpu = Cpu, Tid = Tid, Kind = Kind, Flags = Flags, Offset = Offset, Comm = Comm,
            _slots = [.. Slots], _slotCount = _slotCount, _text = _text.AsSpan(0, _textLength).ToArray(), _textLength = _textLength,
        };
        return copy;
    }

    public static SavedEvent Of(in EventRow row)
    {
        var saved = new SavedEvent();
        saved.CopyFrom(row, withText: true);
        saved.Comm = System.Text.Encoding.UTF8.GetString(row.Comm);
        return saved;
    }

    /// <summary>The payload as the dialect spells it; fields of the mask print as <c>*</c>.</summary>
    public string Payload(Dialect dialect = Dialect.Plugin, ulong starred = 0)
    {
        if (!HasFields || Shape is not { } shape) return System.Text.Encoding.UTF8.GetString(_text.AsSpan(0, _textLength)).Trim();
        var batch = new EventBatch(_catalog, rows: 1);
        var index = batch.Add(_slotCount);
        ref var head = ref batch.Heads[index];
        head.Kind = (ushort)Kind;
        head.Flags = Flags;
        head.Time = Time;
        batch.Text = _text;
        Slots.CopyTo(batch.Slots);
        var to = new TextBuilder();
        shape.Print(batch[index], to, dialect, starred);
        return to.ToString().Trim();
    }

    private void KeepText(ReadOnlySpan<byte> text)
    {
        _textLength = Math.Min(text.Length, MaxText);
        if (_text.Length < _textLength) _text = new byte[Math.Max(64, _textLength)];
        text[.._textLength].CopyTo(_text);
    }

    /// <summary>Text fields refer to the batch's text; make them refer to the copy.</summary>
    private void Rebase(int payloadStart, int length)
    {
        if (_slotCount == 0 || Shape is not { } shape) return;
        for (var slots = shape.TextSlots; slots != 0; slots &= slots - 1)
        {
            var slot = BitOperations.TrailingZeroCount(slots);
            var offset = TextRef.Offset(_slots[slot]) - payloadStart;
            var size = TextRef.Length(_slots[slot]);
            _slots[slot] = offset >= 0 && offset + size <= Math.Min(length, MaxText) ? TextRef.Make(offset, size) : 0;
        }
    }

    private void CopyTextFields(in EventRow row)
    {
        if (Shape is not { } shape) return;
        Span<byte> all = stackalloc byte[MaxText];
        var used = 0;
        for (var slots = shape.TextSlots; slots != 0; slots &= slots - 1)
        {
            var slot = BitOperations.TrailingZeroCount(slots);
            var text = row.TextOf(_slots[slot]);
            var take = Math.Min(text.Length, MaxText - used);
            text[..take].CopyTo(all[used..]);
            _slots[slot] = TextRef.Make(used, take);
            used += take;
        }

        KeepText(all[..used]);
    }
}
