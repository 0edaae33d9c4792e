using System.Text;

namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>
/// Bits as words joined by <c>|</c>, the kernel's __print_flags: in the table's order, then what is left in hexadecimal,
/// nothing for zero.
/// </summary>
public sealed class FlagVocabulary : Vocabulary
{
    private readonly (byte[] Word, ulong Mask)[] _flags;

    private FlagVocabulary(params (string Word, int Bit)[] flags)
    {
        _flags = new (byte[] Word, ulong Mask)[flags.Length];
        for (var i = 0; i < flags.Length; i++) _flags[i] = (Encoding.UTF8.GetBytes(flags[i].Word), 1UL << flags[i].Bit);
    }

    /// <summary>Page-fault error code; <c>PK</c>, <c>SS</c>, <c>SGX</c> are words since Linux 7.2, hexadecimal before.</summary>
    public static FlagVocabulary Pferr { get; } =
        new(("P", 0), ("W", 1), ("U", 2), ("PK", 5), ("SS", 6), ("SGX", 15), ("RSVD", 3), ("F", 4));

    /// <summary>Why APICv is inhibited: APICV_INHIBIT_REASON_* of Linux 7.2 in the order of the enumeration.</summary>
    public static FlagVocabulary ApicvInhibit { get; } =
        new(
            ("DISABLED", 0), ("HYPERV", 1), ("ABSENT", 2), ("BLOCKIRQ", 3), ("PHYSICAL_ID_ALIASED", 4), ("APIC_ID_MODIFIED", 5),
            ("APIC_BASE_MODIFIED", 6), ("NESTED", 7), ("IRQWIN", 8), ("PIT_REINJ", 9), ("SEV", 10), ("LOGICAL_ID_ALIASED", 11),
            ("PHYSICAL_ID_TOO_BIG", 12));

    public override bool TryRead(ReadOnlySpan<byte> text, ref int at, out ulong value, out ulong companion)
    {
        value = companion = 0;
        var i = at;
        while (true)
        {
            if (!TryOne(text, ref i, ref value)) break;
            at = i;
            if (i >= text.Length || text[i] != '|') break;
            i++;
        }

        return true; // zero is no text at all
    }

    public override void Print(TextBuilder to, ulong value, ulong companion, Dialect dialect)
    {
        var first = true;
        foreach (var (word, mask) in _flags)
        {
            if ((value & mask) == 0) continue;
            if (!first) to.Append((byte)'|');
            to.Append(word);
            first = false;
            value &= ~mask;
        }

        if (value == 0) return;
        if (!first) to.Append((byte)'|');
        to.Append("0x"u8).AppendHex(value);
    }

    private bool TryOne(ReadOnlySpan<byte> text, ref int at, ref ulong value)
    {
        if (text[Math.Min(at, text.Length)..].StartsWith("0x"u8) && ByteText.TryHex(text, ref at, out var rest))
        {
            value |= rest;
            return true;
        }

        var end = at;
        var word = ByteText.Word(text, ref end);
        foreach (var (name, mask) in _flags)
        {
            if (!word.SequenceEqual(name)) continue;
            value |= mask;
            at = end;
            return true;
        }

        return false;
    }
}
