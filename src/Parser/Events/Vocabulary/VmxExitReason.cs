namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>
/// VMX basic exit reasons: Intel SDM vol. 3 appendix C; names as in the kernel's VMX_EXIT_REASONS
/// (arch/x86/include/uapi/asm/vmx.h) and as in libtraceevent's plugin_kvm where that differs or lacks the name.
/// </summary>
public static class VmxExitReason
{
    public const uint ExceptionNmi = 0;
    public const uint ExternalInterrupt = 1;
    public const uint TripleFault = 2;
    public const uint Cpuid = 10;
    public const uint Hlt = 12;
    public const uint VmRead = 23;
    public const uint VmWrite = 25;
    public const uint CrAccess = 28;
    public const uint IoInstruction = 30;
    public const uint MsrRead = 31;
    public const uint MsrWrite = 32;
    public const uint ApicAccess = 44;
    public const uint EptViolation = 48;
    public const uint EptMisconfig = 49;
    public const uint PreemptionTimer = 52;
    public const uint ApicWrite = 56;

    private static readonly Dictionary<uint, (string Kernel, string? Plugin)> Names = Rows.ToDictionary(r => r.Number, r => (r.Kernel, r.Plugin));

    /// <summary>Every spelling that text of today may hold: kernel's and plugin's.</summary>
    public static IEnumerable<(string Word, uint Number)> Spellings =>
        Rows.Select(r => (r.Kernel, r.Number))
            .Concat(Rows.Where(r => r.Plugin is not null).Select(r => (r.Plugin!, r.Number)));

    /// <summary>The name in reports.</summary>
    public static string? Define(uint basicReason) => Names.TryGetValue(basicReason, out var names) ? names.Kernel : null;

    /// <summary>How many reasons have a name.</summary>
    public static int Count => Names.Count;

    /// <summary>What the kernel prints; it has no words for OTHER_SMI and SEAMCALL.</summary>
    public static string? KernelName(uint basicReason) => basicReason is 6 or 76 ? null : Names.TryGetValue(basicReason, out var names) ? names.Kernel : null;

    /// <summary>The plugin's name for the full 32-bit reason; null where it prints <c>UNKNOWN (n)</c>.</summary>
    public static string? PluginName(uint exitReason) => Names.TryGetValue(exitReason, out var names) ? names.Plugin : null;

    /// <summary>Number; define without EXIT_REASON_, which is the kernel's name but for 6 and 76; plugin name.</summary>
    private static IReadOnlyList<(uint Number, string Kernel, string? Plugin)> Rows =>
    [
        (0, "EXCEPTION_NMI", "EXCEPTION_NMI"),
        (1, "EXTERNAL_INTERRUPT", "EXTERNAL_INTERRUPT"),
        (2, "TRIPLE_FAULT", "TRIPLE_FAULT"),
        (3, "INIT_SIGNAL", null),
        (4, "SIPI_SIGNAL", null),
        (6, "OTHER_SMI", null),
        (7, "INTERRUPT_WINDOW", "PENDING_INTERRUPT"),
        (8, "NMI_WINDOW", "NMI_WINDOW"),
        (9, "TASK_SWITCH", "TASK_SWITCH"),
        (10, "CPUID", "CPUID"),
        (12, "HLT", "HLT"),
        (13, "INVD", "INVD"),
        (14, "INVLPG", "INVLPG"),
        (15, "RDPMC", "RDPMC"),
        (16, "RDTSC", "RDTSC"),
        (18, "VMCALL", "VMCALL"),
        (19, "VMCLEAR", "VMCLEAR"),
        (20, "VMLAUNCH", "VMLAUNCH"),
        (21, "VMPTRLD", "VMPTRLD"),
        (22, "VMPTRST", "VMPTRST"),
        (23, "VMREAD", "VMREAD"),
        (24, "VMRESUME", "VMRESUME"),
        (25, "VMWRITE", "VMWRITE"),
        (26, "VMOFF", "VMOFF"),
        (27, "VMON", "VMON"),
        (28, "CR_ACCESS", "CR_ACCESS"),
        (29, "DR_ACCESS", "DR_ACCESS"),
        (30, "IO_INSTRUCTION", "IO_INSTRUCTION"),
        (31, "MSR_READ", "MSR_READ"),
        (32, "MSR_WRITE", "MSR_WRITE"),
        (33, "INVALID_STATE", null),
        (34, "MSR_LOAD_FAIL", null),
        (36, "MWAIT_INSTRUCTION", "MWAIT_INSTRUCTION"),
        (37, "MONITOR_TRAP_FLAG", null),
        (39, "MONITOR_INSTRUCTION", "MONITOR_INSTRUCTION"),
        (40, "PAUSE_INSTRUCTION", "PAUSE_INSTRUCTION"),
        (41, "MCE_DURING_VMENTRY", "MCE_DURING_VMENTRY"),
        (43, "TPR_BELOW_THRESHOLD", "TPR_BELOW_THRESHOLD"),
        (44, "APIC_ACCESS", "APIC_ACCESS"),
        (45, "EOI_INDUCED", "EOI_INDUCED"),
        (46, "GDTR_IDTR", null),
        (47, "LDTR_TR", null),
        (48, "EPT_VIOLATION", "EPT_VIOLATION"),
        (49, "EPT_MISCONFIG", "EPT_MISCONFIG"),
        (50, "INVEPT", "INVEPT"),
        (51, "RDTSCP", null),
        (52, "PREEMPTION_TIMER", "PREEMPTION_TIMER"),
        (53, "INVVPID", null),
        (54, "WBINVD", "WBINVD"),
        (55, "XSETBV", "XSETBV"),
        (56, "APIC_WRITE", "APIC_WRITE"),
        (57, "RDRAND", null),
        (58, "INVPCID", "INVPCID"),
        (59, "VMFUNC", null),
        (60, "ENCLS", null),
        (61, "RDSEED", null),
        (62, "PML_FULL", "PML_FULL"),
        (63, "XSAVES", "XSAVES"),
        (64, "XRSTORS", "XRSTORS"),
        (67, "UMWAIT", null),
        (68, "TPAUSE", null),
        (74, "BUS_LOCK", null),
        (75, "NOTIFY", null),
        (76, "SEAMCALL", null),
        (77, "TDCALL", null),
        (84, "MSR_READ_IMM", null),
        (85, "MSR_WRITE_IMM", null),
    ];

    /// <summary>The lower-case names of 2.6.3x; some are SVM names of today too, which then win.</summary>
    public static IReadOnlyList<(string Word, uint Number)> Ancient =>
    [
        ("exception", 0), ("ext_irq", 1), ("triple_fault", 2), ("interrupt_window", 7), ("nmi_window", 8),
        ("task_switch", 9), ("cpuid", 10), ("halt", 12), ("invlpg", 14), ("hypercall", 18), ("cr_access", 28),
        ("dr_access", 29), ("io_instruction", 30), ("rdmsr", 31), ("wrmsr", 32), ("tpr_below_thres", 43),
        ("apic_access", 44), ("ept_violation", 48), ("wbinvd", 54),
    ];
}
