using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>How the bytes of one field get into a slot.</summary>
internal enum MoveCode : byte
{
    U8, S8, U16, S16, U32, S32, U64,
    /// <summary>Big-endian forms.</summary>
    U16Big, S16Big, U32Big, S32Big, U64Big,
    /// <summary>Bytes into the text arena: inline, by data_loc, by rel_loc; or a constant string by its address.</summary>
    Inline, DataLoc, RelLoc, Constant,
}

/// <summary>One precompiled step: <see cref="Size"/> bytes at <see cref="Offset"/> of the record into <see cref="Slot"/>.</summary>
internal readonly record struct FieldMove(MoveCode Code, int Slot, int Offset, int Size);

/// <summary>How records of one event number become rows; made once a file and event.</summary>
internal sealed class RecordPlan
{
    public required ushort Kind { get; init; }

    /// <summary>The shape, or null where the fields are kept as text.</summary>
    public EventShape? Shape { get; init; }

    /// <summary>Slots of a row; 0 without a shape.</summary>
    public int Width { get; init; }

    public FieldMove[] Moves { get; init; } = [];

    /// <summary>Presence mask when the record is long enough for all moves.</summary>
    public ulong Presence { get; init; }

    /// <summary>The shape wants to see the record itself.</summary>
    public bool NeedsRecord { get; init; }

    /// <summary>
    /// Whether the fields are the same where the bytes behind the common fields are: no text, and all that is computed is
    /// computed from those.
    /// </summary>
    public bool Repeatable { get; init; }

    /// <summary>Whether some slots are filled by no move and must be cleared.</summary>
    public bool HasGaps { get; init; }

    /// <summary>Slots that a move fills with text.</summary>
    public ulong TextMask { get; init; }

    /// <summary>Bytes a record must have for all moves.</summary>
    public int MinSize { get; init; }

    /// <summary>The event's own fields (not the common ones) in the order of the description.</summary>
    public IReadOnlyList<FormatField> Fields { get; init; } = [];

    /// <summary>The event's print format, kept where the shape wants to see the record.</summary>
    public string PrintFormat { get; init; } = "";

    public PayloadPrinter? Printer { get; init; }
}
