namespace KvmTraceLab.Mmu.Bits;

/// <summary>CR4 by the kernel's X86_CR4_* names.</summary>
/// <param name="Value">The raw 64 bits.</param>
public readonly record struct Cr4(ulong Value)
{
    public static IReadOnlyList<BitField> Fields { get; } =
    [
        new("VME", 0, "virtual-8086 mode extensions"),
        new("PVI", 1, "protected-mode virtual interrupts"),
        new("TSD", 2, "RDTSC is for CPL 0 only"),
        new("DE", 3, "debugging extensions"),
        new("PSE", 4, "4M pages in 32-bit paging"),
        new("PAE", 5, "physical address extension"),
        new("MCE", 6, "machine-check exceptions"),
        new("PGE", 7, "global pages"),
        new("PCE", 8, "RDPMC at any CPL"),
        new("OSFXSR", 9, "FXSAVE and FXRSTOR"),
        new("OSXMMEXCPT", 10, "unmasked SIMD exceptions"),
        new("UMIP", 11, "SGDT, SIDT, SLDT, SMSW, STR are for CPL 0 only"),
        new("LA57", 12, "5-level paging"),
        new("VMXE", 13, "VMX"),
        new("SMXE", 14, "SMX"),
        new("FSGSBASE", 16, "RDFSBASE and friends"),
        new("PCIDE", 17, "process-context identifiers"),
        new("OSXSAVE", 18, "XSAVE and extended states"),
        new("KL", 19, "key locker"),
        new("SMEP", 20, "a supervisor may not fetch from user pages"),
        new("SMAP", 21, "a supervisor may not touch user pages"),
        new("PKE", 22, "protection keys for user pages"),
        new("CET", 23, "control-flow enforcement: shadow stacks, indirect-branch tracking"),
        new("PKS", 24, "protection keys for supervisor pages"),
        new("UINTR", 25, "user interrupts"),
        new("LASS", 27, "linear-address space separation"),
        new("LAM_SUP", 28, "linear-address masking for supervisor addresses"),
        new("FRED", 32, "flexible return and event delivery"),
    ];

    public BitReport Describe()
    {
        BitReport report = BitReport.From("CR4", Value, Fields, "");
        return report with { Summary = report.Names.Length == 0 ? "CR4 with no named bit set." : $"CR4 with {report.Names}." };
    }
}
