namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>
/// Exit reasons that the kernel prints with <c>__print_symbolic</c>: a word, or <c>0x16</c> where it has none for the number. The
/// companion is the ISA. One of these an architecture; see <see cref="ExitWords"/>.
/// </summary>
public sealed class SymbolicExitVocabulary : Vocabulary
{
    private readonly Isa _isa;
    private readonly CodeWords _words;
    private readonly CodeWords? _names;
    private readonly bool _readsNumbers;

    /// <param name="isa">Whose reasons they are.</param>
    /// <param name="words">What the kernel prints.</param>
    /// <param name="names">Names, in reports, of numbers that the kernel prints as such.</param>
    /// <param name="readsNumbers">Whether a number in hexadecimal is of this ISA; false where another one prints the same line with more of them.</param>
    internal SymbolicExitVocabulary(Isa isa, CodeWords words, CodeWords? names = null, bool readsNumbers = true)
    {
        _isa = isa;
        _words = words;
        _names = names;
        _readsNumbers = readsNumbers;
    }

    public override string Companion => "isa";

    /// <summary>The reason's name, in reports.</summary>
    public string ReportName(uint reason) => _words.WordOf(reason) ?? _names?.WordOf(reason) ?? $"UNKNOWN_{reason}";

    public override bool Speaks(ulong value, ulong companion) => companion == (ulong)_isa;

    public override bool TryRead(ReadOnlySpan<byte> text, ref int at, out ulong value, out ulong companion)
    {
        companion = (ulong)_isa;
        value = 0;
        if (text[at..].StartsWith("0x"u8)) return _readsNumbers && ByteText.TryHex(text, ref at, out value);
        return _words.TryRead(text, ref at, out value) || _names?.TryRead(text, ref at, out value) == true;
    }

    public override void Print(TextBuilder to, ulong value, ulong companion, Dialect dialect)
    {
        if (_words.WordOf((uint)value) is { } word) to.Append(word);
        else to.Append("0x"u8).AppendHex(value);
    }
}
