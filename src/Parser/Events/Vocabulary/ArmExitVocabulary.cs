namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>
/// arm64's spelling of an exit: <c>TRAP: HSR_EC: 0x0018 (SYS64)</c>. The value is the return code of the guest
/// (ARM_EXCEPTION_*) in bits 15:8 and the exception class of ESR_EL2 in bits 7:0; the companion is the ISA.
/// </summary>
public sealed class ArmExitVocabulary : Vocabulary
{
    private const ulong Trap = 2;
    private const ulong NoCode = 0xff;

    private ArmExitVocabulary()
    {
    }

    public static ArmExitVocabulary Instance { get; } = new();

    /// <summary>ARM_EXCEPTION_* by number; the last two are other spellings that were met.</summary>
    private static readonly CodeWords Codes = new(("IRQ", 0), ("SERROR", 1), ("TRAP", 2), ("IL", 3), ("HYP_GONE", 4), ("ILLEGAL", 3), ("HVC", 2));

    /// <summary>ESR_ELx_EC_* (arch/arm64/include/asm/esr.h).</summary>
    private static readonly Dictionary<uint, string> Classes = new()
    {
        [0x00] = "UNKNOWN", [0x01] = "WFx", [0x03] = "CP15_32", [0x04] = "CP15_64", [0x05] = "CP14_MR", [0x06] = "CP14_LS",
        [0x07] = "FP_ASIMD", [0x08] = "CP10_ID", [0x09] = "PAC", [0x0c] = "CP14_64", [0x0e] = "ILL", [0x11] = "SVC32",
        [0x12] = "HVC32", [0x13] = "SMC32", [0x15] = "SVC64", [0x16] = "HVC64", [0x17] = "SMC64", [0x18] = "SYS64",
        [0x19] = "SVE", [0x1a] = "ERET", [0x1f] = "IMP_DEF", [0x20] = "IABT_LOW", [0x21] = "IABT_CUR", [0x22] = "PC_ALIGN",
        [0x24] = "DABT_LOW", [0x25] = "DABT_CUR", [0x26] = "SP_ALIGN", [0x28] = "FP_EXC32", [0x2c] = "FP_EXC64",
        [0x2f] = "SERROR", [0x30] = "BREAKPT_LOW", [0x31] = "BREAKPT_CUR", [0x32] = "SOFTSTP_LOW", [0x33] = "SOFTSTP_CUR",
        [0x34] = "WATCHPT_LOW", [0x35] = "WATCHPT_CUR", [0x38] = "BKPT32", [0x3a] = "VECTOR32", [0x3c] = "BRK64",
    };

    public override string Companion => "isa";

    /// <summary>The class of a trap, else what ended the guest's run.</summary>
    public static string ReportName(uint reason)
    {
        var code = reason >> 8;
        if ((ulong)code is Trap or NoCode) return Classes.TryGetValue(reason & 0xff, out var name) ? name : $"UNKNOWN_{reason & 0xff}";
        return Codes.WordOf(code) ?? $"UNKNOWN_{code}";
    }

    /// <summary>The value for the two fields of arm64's format file.</summary>
    public static ulong Encode(ulong ret, ulong exceptionClass) => (ret & 0xff) << 8 | (exceptionClass & 0xff);

    public override bool Speaks(ulong value, ulong companion) => companion == (ulong)Isa.Arm64;

    public override bool TryRead(ReadOnlySpan<byte> text, ref int at, out ulong value, out ulong companion)
    {
        value = 0;
        companion = (ulong)Isa.Arm64;
        var i = at;
        var code = NoCode; // kernels before 4.1 print the class alone
        if (!text[i..].StartsWith("HSR_EC:"u8))
        {
            if (!TryCode(text, ref i, out code)) return false;
            if (i >= text.Length || text[i] != ':') return false;
            i = ByteText.SkipBlanks(text, i + 1);
            if (!text[i..].StartsWith("HSR_EC:"u8)) return false;
        }

        i = ByteText.SkipBlanks(text, i + "HSR_EC:".Length);
        if (!ByteText.TryHex(text, ref i, out var exceptionClass)) return false;
        var bracket = ByteText.SkipBlanks(text, i);
        if (bracket < text.Length && text[bracket] == '(')
        {
            var length = text[bracket..].IndexOf((byte)')');
            if (length < 0) return false;
            i = bracket + length + 1;
        }

        value = Encode(code, exceptionClass);
        at = i;
        return true;
    }

    public override void Print(TextBuilder to, ulong value, ulong companion, Dialect dialect)
    {
        var code = value >> 8 & 0xff;
        if (code != NoCode)
        {
            if (Codes.WordOf((uint)code) is { } word) to.Append(word);
            else to.Append("0x"u8).AppendHex(code);
            to.Append(": "u8);
        }

        to.Append("HSR_EC: 0x"u8).AppendHex(value & 0xff, 4);
        if (code == NoCode) return;
        to.Append(" ("u8);
        if (Classes.TryGetValue((uint)value & 0xff, out var name)) to.Append(name);
        else to.Append("0x"u8).AppendHex(value & 0xff);
        to.Append((byte)')');
    }

    private static bool TryCode(ReadOnlySpan<byte> text, ref int at, out ulong code)
    {
        code = 0;
        return text[at..].StartsWith("0x"u8) ? ByteText.TryHex(text, ref at, out code) : Codes.TryRead(text, ref at, out code);
    }
}
