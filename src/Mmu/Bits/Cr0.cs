namespace KvmTraceLab.Mmu.Bits;

/// <summary>CR0 by the kernel's X86_CR0_* names.</summary>
/// <param name="Value">The raw 64 bits.</param>
public readonly record struct Cr0(ulong Value)
{
    public static IReadOnlyList<BitField> Fields { get; } =
    [
        new("PE", 0, "protected mode"),
        new("MP", 1, "monitor co-processor"),
        new("EM", 2, "emulate the FPU"),
        new("TS", 3, "task switched"),
        new("ET", 4, "extension type"),
        new("NE", 5, "numeric errors as exceptions"),
        new("WP", 16, "a supervisor may not write read-only pages"),
        new("AM", 18, "alignment mask"),
        new("NW", 29, "not write-through"),
        new("CD", 30, "cache disable"),
        new("PG", 31, "paging"),
    ];

    public BitReport Describe()
    {
        BitReport report = BitReport.From("CR0", Value, Fields, "");
        return report with { Summary = report.Names.Length == 0 ? "CR0 with no named bit set." : $"CR0 with {report.Names}." };
    }
}
