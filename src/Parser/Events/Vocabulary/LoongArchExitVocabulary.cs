namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>
/// LoongArch's cause of an exit: the exception code of CSR.ESTAT in hexadecimal (<c>0x16</c>), or a word for what KVM tells apart
/// itself. The companion is the ISA.
/// </summary>
public sealed class LoongArchExitVocabulary : Vocabulary
{
    /// <summary>EXCCODE_* (arch/loongarch/include/asm/loongarch.h), then KVM_TRACE_EXIT_* (arch/loongarch/kvm/trace.h).</summary>
    private static readonly (string Word, uint Number)[] Codes =
    [
        ("INT", 0), ("PIL", 1), ("PIS", 2), ("PIF", 3), ("PME", 4), ("PNR", 5), ("PNX", 6), ("PPI", 7), ("ADE", 8), ("ALE", 9), ("BCE", 10), ("SYS", 11),
        ("BRK", 12), ("INE", 13), ("IPE", 14), ("FPD", 15), ("SXD", 16), ("ASXD", 17), ("FPE", 18), ("WATCH", 19), ("BTD", 20), ("BTE", 21), ("GSPR", 22), ("HVC", 23),
        ("GCM", 24), ("IDLE", Idle), ("CACHE", 65),
    ];

    /// <summary>The guest waits for an interrupt. Codes from here on have words in the trace.</summary>
    public const uint Idle = 64;

    private LoongArchExitVocabulary()
    {
    }

    public static LoongArchExitVocabulary Instance { get; } = new();

    public override string Companion => "isa";

    /// <summary>The code's name, in reports.</summary>
    public static string ReportName(uint reason) => WordOf(reason) ?? $"UNKNOWN_{reason}";

    public override bool Speaks(ulong value, ulong companion) => companion == (ulong)Isa.LoongArch;

    public override bool TryRead(ReadOnlySpan<byte> text, ref int at, out ulong value, out ulong companion)
    {
        companion = (ulong)Isa.LoongArch;
        value = 0;
        if (text[at..].StartsWith("0x"u8)) return ByteText.TryHex(text, ref at, out value);
        var end = at;
        var word = ByteText.Word(text, ref end);
        foreach (var (name, number) in Codes)
        {
            if (word.Length != name.Length) continue;
            var same = true;
            for (var i = 0; i < name.Length; i++) same &= word[i] == name[i];
            if (!same) continue;
            value = number;
            at = end;
            return true;
        }

        return false;
    }

    public override void Print(TextBuilder to, ulong value, ulong companion, Dialect dialect)
    {
        if (value >= Idle && WordOf((uint)value) is { } word) to.Append(word);
        else to.Append("0x"u8).AppendHex(value);
    }

    private static string? WordOf(uint number)
    {
        foreach (var (word, code) in Codes)
            if (code == number) return word;
        return null;
    }
}
