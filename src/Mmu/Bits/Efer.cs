namespace KvmTraceLab.Mmu.Bits;

/// <summary>EFER by the kernel's EFER_* names.</summary>
/// <param name="Value">The raw 64 bits.</param>
public readonly record struct Efer(ulong Value)
{
    public static IReadOnlyList<BitField> Fields { get; } =
    [
        new("SCE", 0, "SYSCALL"),
        new("LME", 8, "long mode enabled"),
        new("LMA", 10, "long mode active"),
        new("NX", 11, "entries may forbid execution; otherwise bit 63 is reserved"),
        new("SVME", 12, "SVM"),
        new("LMSLE", 13, "long-mode segment limits"),
        new("FFXSR", 14, "fast FXSAVE"),
        new("TCE", 15, "translation cache extension"),
        new("AUTOIBRS", 21, "automatic IBRS"),
    ];

    public BitReport Describe()
    {
        BitReport report = BitReport.From("EFER", Value, Fields, "");
        return report with { Summary = report.Names.Length == 0 ? "EFER with no named bit set." : $"EFER with {report.Names}." };
    }
}
