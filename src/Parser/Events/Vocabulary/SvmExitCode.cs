namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>
/// SVM exit codes: AMD APM vol. 2 appendix C; names as in the kernel's SVM_EXIT_REASONS
/// (arch/x86/include/uapi/asm/svm.h) and as in libtraceevent's plugin_kvm.
/// </summary>
public static class SvmExitCode
{
    public const uint Cpuid = 0x72;
    public const uint Hlt = 0x78;
    public const uint Ioio = 0x7b;
    public const uint Msr = 0x7c;
    public const uint Npf = 0x400;
    public const uint Err = 0xffffffff;

    private static readonly Dictionary<uint, Row> Names = ByNumber();

    /// <summary>Every spelling that text may hold: the plugin's, the kernel's, and those of our own reports.</summary>
    public static IEnumerable<(string Word, uint Number)> Spellings
    {
        get
        {
            foreach (var row in Rows)
                if (row.Plugin is { } plugin) yield return (plugin, row.Number);
            foreach (var row in Rows)
                if (row.Kernel is { } kernel) yield return (kernel, row.Number);
            foreach (var row in Rows)
                if (row.Plugin is null) yield return (ReportName(row), row.Number);
        }
    }

    /// <summary>
    /// What <c>SVM_EXIT_*</c> defines and what the kernel has a name for, in order; not the requests of a guest that stand among
    /// <c>SVM_VMGEXIT_*</c> alone.
    /// </summary>
    public static IEnumerable<uint> Numbers => Rows.Where(r => r.Kernel is not null || r.Define?.StartsWith("VMGEXIT_", StringComparison.Ordinal) == false).Select(r => r.Number);

    /// <summary>How many codes have a name.</summary>
    public static int Count => Names.Count;

    public static string? KernelName(uint code) => Names.TryGetValue(code, out var names) ? names.Kernel : null;

    public static string? PluginName(uint code) => Names.TryGetValue(code, out var names) ? names.Plugin : null;

    /// <summary>
    /// The name reports use: the plugin's, else <c>EXIT_</c> and the define, else <c>EXIT_</c> and the kernel's name, else
    /// <c>UNKNOWN_n</c>.
    /// </summary>
    public static string ReportName(uint code) => Names.TryGetValue(code, out var names)
        ? ReportName(names)
        : $"UNKNOWN_{code}";

    private static string ReportName(Row row) => row.Plugin ?? "EXIT_" + (row.Define ?? row.Kernel?.ToUpperInvariant());

    private static Dictionary<uint, Row> ByNumber()
    {
        var rows = Rows;
        var names = new Dictionary<uint, Row>(rows.Length);
        foreach (var row in rows) names.Add(row.Number, row);
        return names;
    }

    /// <summary>
    /// Number; the define without <c>SVM_EXIT_</c>, null for the codes of <c>SVM_VMGEXIT_*</c> that the kernel has a name for;
    /// kernel name; plugin name.
    /// </summary>
    private sealed record Row(uint Number, string? Define, string? Kernel, string? Plugin);

    private static Row[] Rows =>
    [
        new(0x0, "READ_CR0", "read_cr0", "EXIT_READ_CR0"),
        new(0x2, "READ_CR2", "read_cr2", null),
        new(0x3, "READ_CR3", "read_cr3", "EXIT_READ_CR3"),
        new(0x4, "READ_CR4", "read_cr4", "EXIT_READ_CR4"),
        new(0x8, "READ_CR8", "read_cr8", "EXIT_READ_CR8"),
        new(0x10, "WRITE_CR0", "write_cr0", "EXIT_WRITE_CR0"),
        new(0x12, "WRITE_CR2", "write_cr2", null),
        new(0x13, "WRITE_CR3", "write_cr3", "EXIT_WRITE_CR3"),
        new(0x14, "WRITE_CR4", "write_cr4", "EXIT_WRITE_CR4"),
        new(0x18, "WRITE_CR8", "write_cr8", "EXIT_WRITE_CR8"),
        new(0x20, "READ_DR0", "read_dr0", "EXIT_READ_DR0"),
        new(0x21, "READ_DR1", "read_dr1", "EXIT_READ_DR1"),
        new(0x22, "READ_DR2", "read_dr2", "EXIT_READ_DR2"),
        new(0x23, "READ_DR3", "read_dr3", "EXIT_READ_DR3"),
        new(0x24, "READ_DR4", "read_dr4", "EXIT_READ_DR4"),
        new(0x25, "READ_DR5", "read_dr5", "EXIT_READ_DR5"),
        new(0x26, "READ_DR6", "read_dr6", "EXIT_READ_DR6"),
        new(0x27, "READ_DR7", "read_dr7", "EXIT_READ_DR7"),
        new(0x30, "WRITE_DR0", "write_dr0", "EXIT_WRITE_DR0"),
        new(0x31, "WRITE_DR1", "write_dr1", "EXIT_WRITE_DR1"),
        new(0x32, "WRITE_DR2", "write_dr2", "EXIT_WRITE_DR2"),
        new(0x33, "WRITE_DR3", "write_dr3", "EXIT_WRITE_DR3"),
        new(0x34, "WRITE_DR4", "write_dr4", "EXIT_WRITE_DR4"),
        new(0x35, "WRITE_DR5", "write_dr5", "EXIT_WRITE_DR5"),
        new(0x36, "WRITE_DR6", "write_dr6", "EXIT_WRITE_DR6"),
        new(0x37, "WRITE_DR7", "write_dr7", "EXIT_WRITE_DR7"),
        new(0x40, "EXCP_DE", "DE excp", "EXIT_EXCP_DE"),
        new(0x41, "EXCP_DB", "DB excp", "EXIT_EXCP_DB"),
        new(0x43, "EXCP_BP", "BP excp", "EXIT_EXCP_BP"),
        new(0x44, "EXCP_OF", "OF excp", "EXIT_EXCP_OF"),
        new(0x45, "EXCP_BR", "BR excp", "EXIT_EXCP_BR"),
        new(0x46, "EXCP_UD", "UD excp", "EXIT_EXCP_UD"),
        new(0x47, "EXCP_NM", "NM excp", "EXIT_EXCP_NM"),
        new(0x48, "EXCP_DF", "DF excp", "EXIT_EXCP_DF"),
        new(0x4a, "EXCP_TS", "TS excp", "EXIT_EXCP_TS"),
        new(0x4b, "EXCP_NP", "NP excp", "EXIT_EXCP_NP"),
        new(0x4c, "EXCP_SS", "SS excp", "EXIT_EXCP_SS"),
        new(0x4d, "EXCP_GP", "GP excp", "EXIT_EXCP_GP"),
        new(0x4e, "EXCP_PF", "PF excp", "EXIT_EXCP_PF"),
        new(0x50, "EXCP_MF", "MF excp", "EXIT_EXCP_MF"),
        new(0x51, "EXCP_AC", "AC excp", "EXIT_EXCP_AC"),
        new(0x52, "EXCP_MC", "MC excp", "EXIT_EXCP_MC"),
        new(0x53, "EXCP_XF", "XF excp", "EXIT_EXCP_XF"),
        new(0x60, "INTR", "interrupt", "EXIT_INTR"),
        new(0x61, "NMI", "nmi", "EXIT_NMI"),
        new(0x62, "SMI", "smi", "EXIT_SMI"),
        new(0x63, "INIT", "init", "EXIT_INIT"),
        new(0x64, "VINTR", "vintr", "EXIT_VINTR"),
        new(0x65, "CR0_SEL_WRITE", "cr0_sel_write", "EXIT_CR0_SEL_WRITE"),
        new(0x66, "IDTR_READ", "read_idtr", "EXIT_IDTR_READ"),
        new(0x67, "GDTR_READ", "read_gdtr", "EXIT_GDTR_READ"),
        new(0x68, "LDTR_READ", "read_ldtr", "EXIT_LDTR_READ"),
        new(0x69, "TR_READ", "read_rt", "EXIT_TR_READ"),
        new(0x6a, "IDTR_WRITE", "write_idtr", "EXIT_IDTR_WRITE"),
        new(0x6b, "GDTR_WRITE", "write_gdtr", "EXIT_GDTR_WRITE"),
        new(0x6c, "LDTR_WRITE", "write_ldtr", "EXIT_LDTR_WRITE"),
        new(0x6d, "TR_WRITE", "write_rt", "EXIT_TR_WRITE"),
        new(0x6e, "RDTSC", "rdtsc", "EXIT_RDTSC"),
        new(0x6f, "RDPMC", "rdpmc", "EXIT_RDPMC"),
        new(0x70, "PUSHF", "pushf", "EXIT_PUSHF"),
        new(0x71, "POPF", "popf", "EXIT_POPF"),
        new(0x72, "CPUID", "cpuid", "EXIT_CPUID"),
        new(0x73, "RSM", "rsm", "EXIT_RSM"),
        new(0x74, "IRET", "iret", "EXIT_IRET"),
        new(0x75, "SWINT", "swint", "EXIT_SWINT"),
        new(0x76, "INVD", "invd", "EXIT_INVD"),
        new(0x77, "PAUSE", "pause", "EXIT_PAUSE"),
        new(0x78, "HLT", "hlt", "EXIT_HLT"),
        new(0x79, "INVLPG", "invlpg", "EXIT_INVLPG"),
        new(0x7a, "INVLPGA", "invlpga", "EXIT_INVLPGA"),
        new(0x7b, "IOIO", "io", "EXIT_IOIO"),
        new(0x7c, "MSR", "msr", "EXIT_MSR"),
        new(0x7d, "TASK_SWITCH", "task_switch", "EXIT_TASK_SWITCH"),
        new(0x7e, "FERR_FREEZE", "ferr_freeze", "EXIT_FERR_FREEZE"),
        new(0x7f, "SHUTDOWN", "shutdown", "EXIT_SHUTDOWN"),
        new(0x80, "VMRUN", "vmrun", "EXIT_VMRUN"),
        new(0x81, "VMMCALL", "hypercall", "EXIT_VMMCALL"),
        new(0x82, "VMLOAD", "vmload", "EXIT_VMLOAD"),
        new(0x83, "VMSAVE", "vmsave", "EXIT_VMSAVE"),
        new(0x84, "STGI", "stgi", "EXIT_STGI"),
        new(0x85, "CLGI", "clgi", "EXIT_CLGI"),
        new(0x86, "SKINIT", "skinit", "EXIT_SKINIT"),
        new(0x87, "RDTSCP", "rdtscp", "EXIT_RDTSCP"),
        new(0x88, "ICEBP", "icebp", "EXIT_ICEBP"),
        new(0x89, "WBINVD", "wbinvd", "EXIT_WBINVD"),
        new(0x8a, "MONITOR", "monitor", "EXIT_MONITOR"),
        new(0x8b, "MWAIT", "mwait", "EXIT_MWAIT"),
        new(0x8c, "MWAIT_COND", null, "EXIT_MWAIT_COND"),
        new(0x8d, "XSETBV", "xsetbv", "EXIT_XSETBV"),
        new(0x8e, "RDPRU", null, null),
        new(0x8f, "EFER_WRITE_TRAP", "write_efer_trap", null),
        new(0x90, "CR0_WRITE_TRAP", "write_cr0_trap", null),
        new(0x91, "CR1_WRITE_TRAP", null, null),
        new(0x92, "CR2_WRITE_TRAP", null, null),
        new(0x93, "CR3_WRITE_TRAP", null, null),
        new(0x94, "CR4_WRITE_TRAP", "write_cr4_trap", null),
        new(0x95, "CR5_WRITE_TRAP", null, null),
        new(0x96, "CR6_WRITE_TRAP", null, null),
        new(0x97, "CR7_WRITE_TRAP", null, null),
        new(0x98, "CR8_WRITE_TRAP", "write_cr8_trap", null),
        new(0x99, "CR9_WRITE_TRAP", null, null),
        new(0x9a, "CR10_WRITE_TRAP", null, null),
        new(0x9b, "CR11_WRITE_TRAP", null, null),
        new(0x9c, "CR12_WRITE_TRAP", null, null),
        new(0x9d, "CR13_WRITE_TRAP", null, null),
        new(0x9e, "CR14_WRITE_TRAP", null, null),
        new(0x9f, "CR15_WRITE_TRAP", null, null),
        new(0xa2, "INVPCID", "invpcid", null),
        new(0xa5, "BUS_LOCK", "buslock", null),
        new(0xa6, "IDLE_HLT", "idle-halt", null),
        new(0x400, "NPF", "npf", "EXIT_NPF"),
        new(0x401, "AVIC_INCOMPLETE_IPI", "avic_incomplete_ipi", "EXIT_AVIC_INCOMPLETE_IPI"),
        new(0x402, "AVIC_UNACCELERATED_ACCESS", "avic_unaccelerated_access", "EXIT_AVIC_UNACCELERATED_ACCESS"),
        new(0x403, "VMGEXIT", "vmgexit", null),
        new(0x80000001, null, "vmgexit_mmio_read", null),
        new(0x80000002, null, "vmgexit_mmio_write", null),
        new(0x80000003, null, "vmgexit_nmi_complete", null),
        new(0x80000004, null, "vmgexit_ap_hlt_loop", null),
        new(0x80000005, null, "vmgexit_ap_jump_table", null),
        new(0x80000010, null, "vmgexit_page_state_change", null),
        new(0x80000011, null, "vmgexit_guest_request", null),
        new(0x80000012, null, "vmgexit_ext_guest_request", null),
        new(0x80000013, null, "vmgexit_ap_creation", null),
        new(0x80000018, "VMGEXIT_SNP_RUN_VMPL", null, null),
        new(0x8000001a, "VMGEXIT_SAVIC", null, null),
        new(0x8000fffd, null, "vmgexit_hypervisor_feature", null),
        new(0x8000fffe, "VMGEXIT_TERM_REQUEST", null, null),
        new(0x8000ffff, "VMGEXIT_UNSUPPORTED_EVENT", null, null),
        new(0xf0000000, "SW", null, null),
        new(0xffffffff, "ERR", "invalid_guest_state", "EXIT_ERR"),
    ];
}
