using System.Text;

namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>
/// MSRs by name, as people write them into an excerpt: <c>msr_write CTR1 = …</c>, <c>MSR_CORE_PERF_GLOBAL_CTRL</c>, <c>IA32_TSC_DEADLINE</c>. Traces have
/// numbers, which is how they are printed. Names are those of arch/x86/include/asm/msr-index.h, less their prefixes.
/// </summary>
public sealed class MsrVocabulary : Vocabulary
{
    private static readonly string[] Prefixes = ["MSR_", "IA32_", "CORE_PERF_", "CORE_", "ARCH_PERFMON_", "P6_"];

    private static readonly (string Name, uint Number)[] Names =
    [
        ("TSC", 0x10), ("APICBASE", 0x1b), ("APIC_BASE", 0x1b), ("FEATURE_CONTROL", 0x3a), ("FEAT_CTL", 0x3a), ("TSC_ADJUST", 0x3b), ("SPEC_CTRL", 0x48), ("PRED_CMD", 0x49),
        ("MISC_ENABLE", 0x1a0), ("DEBUGCTL", 0x1d9), ("DEBUGCTLMSR", 0x1d9), ("CR_PAT", 0x277), ("PAT", 0x277), ("FIXED_CTR_CTRL", 0x38d), ("GLOBAL_STATUS", 0x38e), ("GLOBAL_CTRL", 0x38f),
        ("GLOBAL_OVF_CTRL", 0x390), ("PEBS_ENABLE", 0x3f1), ("TSC_DEADLINE", 0x6e0), ("TSCDEADLINE", 0x6e0), ("EFER", 0xc000_0080), ("STAR", 0xc000_0081), ("LSTAR", 0xc000_0082),
        ("FS_BASE", 0xc000_0100), ("GS_BASE", 0xc000_0101), ("KERNEL_GS_BASE", 0xc000_0102), ("TSC_AUX", 0xc000_0103),
    ];

    /// <summary>Names with an index behind them, and the number of the first.</summary>
    private static readonly (string Name, uint First)[] Rows =
        [("CTR", 0xc1), ("PERFCTR", 0xc1), ("PMC", 0xc1), ("A_PMC", 0x4c1), ("EVENTSEL", 0x186), ("EVNTSEL", 0x186), ("PERFEVTSEL", 0x186), ("FIXED_CTR", 0x309)];

    private MsrVocabulary()
    {
    }

    public static MsrVocabulary Instance { get; } = new();

    public override bool TryRead(ReadOnlySpan<byte> text, ref int at, out ulong value, out ulong companion)
    {
        value = companion = 0;
        var end = at;
        var word = ByteText.Word(text, ref end);
        if (word.Length is < 2 or > 40) return false;
        var name = Encoding.ASCII.GetString(word).ToUpperInvariant();
        foreach (var prefix in Prefixes)
            if (name.StartsWith(prefix, StringComparison.Ordinal)) name = name[prefix.Length..];
        if (!TryNumber(name, out var number)) return false;
        value = number;
        at = end;
        return true;
    }

    public override void Print(TextBuilder to, ulong value, ulong companion, Dialect dialect) => to.AppendHex(value);

    private static bool TryNumber(string name, out uint number)
    {
        foreach (var (known, value) in Names)
        {
            if (known != name) continue;
            number = value;
            return true;
        }

        number = 0;
        if (!char.IsAsciiDigit(name[^1])) return false;
        foreach (var (known, first) in Rows)
        {
            if (name.Length != known.Length + 1 || !name.StartsWith(known, StringComparison.Ordinal)) continue;
            number = first + name[^1] - '0';
            return true;
        }

        return false;
    }
}
