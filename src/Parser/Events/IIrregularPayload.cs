namespace KvmTraceLab.Parser.Events;

/// <summary>
/// Reading and printing of an event whose payload the pattern language cannot express (instruction bytes, role strings,
/// bit fields printed as words). The fields are still those the shape declares.
/// </summary>
public interface IIrregularPayload
{
    /// <summary>
    /// Reads one payload. <paramref name="slots"/> has one slot a field of the shape, zeroed; bit i of
    /// <paramref name="presence"/> says that field i was there. Text slots are <see cref="TextRef"/>s relative to
    /// <paramref name="textOffset"/>. Returns false if the text is none of the forms it knows.
    /// </summary>
    bool TryRead(ReadOnlySpan<byte> text, int textOffset, Span<ulong> slots, out ulong presence);

    /// <summary>Fills what could not be taken by name from a raw record; slots found by name are already filled.</summary>
    void FromRecord(IRecordFields record, Span<ulong> slots, ref ulong presence);

    /// <summary>Prints the payload; fields in the bit mask <paramref name="starred"/> print as <c>*</c>.</summary>
    void Print(in EventRow row, TextBuilder to, Dialect dialect, ulong starred);

    /// <summary>Whether the slot holds a <see cref="TextRef"/>.</summary>
    bool IsText(int slot) => false;

    /// <summary>Whether the event's own print format shows the field in hexadecimal, and <c>report -R</c> so too, without 0x.</summary>
    bool PrintsHex(int slot) => false;
}
