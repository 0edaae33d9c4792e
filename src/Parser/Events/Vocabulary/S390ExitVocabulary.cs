namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>s390's code of an interception and its name, <c>4 (Instruction)</c>; the companion is the ISA.</summary>
public sealed class S390ExitVocabulary : Vocabulary
{
    /// <summary>The host was interrupted.</summary>
    public const uint HostInterruption = 0;

    /// <summary>The guest loaded a PSW that waits.</summary>
    public const uint WaitState = 0x1c;

    /// <summary>sie_intercept_code (arch/s390/include/uapi/asm/sie.h).</summary>
    private static readonly CodeWords Codes = new(
        ("Host interruption", HostInterruption), ("Instruction", 4), ("Program interruption", 8), ("Instruction and program interruption", 12), ("External request", 0x10),
        ("External interruption", 0x14), ("I/O request", 0x18), ("Wait state", WaitState), ("Validity", 0x20), ("Stop request", 0x28), ("Operation exception", 0x2c),
        ("Partial-execution", 0x38), ("I/O interruption", 0x3c), ("I/O instruction", 0x40), ("Timing subset", 0x48));

    private S390ExitVocabulary()
    {
    }

    public static S390ExitVocabulary Instance { get; } = new();

    public override string Companion => "isa";

    /// <summary>The interception's name, in reports.</summary>
    public static string ReportName(uint code) => Codes.WordOf(code) ?? $"UNKNOWN_{code}";

    public override bool Speaks(ulong value, ulong companion) => companion == (ulong)Isa.S390;

    public override bool TryRead(ReadOnlySpan<byte> text, ref int at, out ulong value, out ulong companion)
    {
        companion = (ulong)Isa.S390;
        if (!ByteText.TryDecimal(text, ref at, out value)) return false;
        var bracket = ByteText.SkipBlanks(text, at);
        if (bracket >= text.Length || text[bracket] != '(') return true;
        var close = text[bracket..].IndexOf((byte)')');
        if (close > 0) at = bracket + close + 1;
        return close > 0;
    }

    public override void Print(TextBuilder to, ulong value, ulong companion, Dialect dialect)
    {
        to.AppendDecimal(value).Append(" ("u8);
        if (Codes.WordOf((uint)value) is { } word) to.Append(word);
        else to.Append("0x"u8).AppendHex(value);
        to.Append((byte)')');
    }
}
