namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>
/// VMX basic exit reasons: Intel SDM vol. 3 appendix C; names as in the kernel's VMX_EXIT_REASONS
/// (arch/x86/include/uapi/asm/vmx.h) and as in libtraceevent's plugin_kvm where that differs or lacks the name.
/// </summary>
public static class VmxExitReason
{
    public const uint ExceptionNmi = 0;
    public const uint ExternalInterrupt = 1;
    public const uint Cpuid = 10;
    public const uint Hlt = 12;
    public const uint CrAccess = 28;
    public const uint IoInstruction = 30;
    public const uint MsrRead = 31;
    public const uint MsrWrite = 32;
    public const uint ApicAccess = 44;
    public const uint EptViolation = 48;
    public const uint EptMisconfig = 49;
    public const uint PreemptionTimer = 52;
    public const uint ApicWrite = 56;

    private static readonly Dictionary<uint, Row> Names = ByNumber();

    /// <summary>Every spelling that text of today may hold: kernel's and plugin's.</summary>
    public static IEnumerable<(string Word, uint Number)> Spellings
    {
        get
        {
            foreach (var row in Rows) yield return (row.Kernel, row.Number);
            foreach (var row in Rows)
                if (row.Plugin is { } plugin) yield return (plugin, row.Number);
        }
    }

    /// <summary>The name in reports.</summary>
    public static string? Define(uint basicReason) => Names.TryGetValue(basicReason, out var names) ? names.Kernel : null;

    /// <summary>The reasons that have a name, in order.</summary>
    public static IEnumerable<uint> Numbers => Rows.Select(r => r.Number);

    /// <summary>How many reasons have a name.</summary>
    public static int Count => Names.Count;

    /// <summary>What the kernel prints; it has no words for OTHER_SMI and SEAMCALL.</summary>
    public static string? KernelName(uint basicReason) => basicReason is 6 or 76 ? null : Names.TryGetValue(basicReason, out var names) ? names.Kernel : null;

    /// <summary>The plugin's name for the full 32-bit reason; null where it prints <c>UNKNOWN (n)</c>.</summary>
    public static string? PluginName(uint exitReason) => Names.TryGetValue(exitReason, out var names) ? names.Plugin : null;

    private static Dictionary<uint, Row> ByNumber()
    {
        var rows = Rows;
        var names = new Dictionary<uint, Row>(rows.Length);
        foreach (var row in rows) names.Add(row.Number, row);
        return names;
    }

    /// <summary>Number; define without EXIT_REASON_, which is the kernel's name but for 6 and 76; plugin name.</summary>
    private sealed record Row(uint Number, string Kernel, string? Plugin);

    private static Row[] Rows =>
    [
        new(0, "EXCEPTION_NMI", "EXCEPTION_NMI"),
        new(1, "EXTERNAL_INTERRUPT", "EXTERNAL_INTERRUPT"),
        new(2, "TRIPLE_FAULT", "TRIPLE_FAULT"),
        new(3, "INIT_SIGNAL", null),
        new(4, "SIPI_SIGNAL", null),
        new(6, "OTHER_SMI", null),
        new(7, "INTERRUPT_WINDOW", "PENDING_INTERRUPT"),
        new(8, "NMI_WINDOW", "NMI_WINDOW"),
        new(9, "TASK_SWITCH", "TASK_SWITCH"),
        new(10, "CPUID", "CPUID"),
        new(12, "HLT", "HLT"),
        new(13, "INVD", "INVD"),
        new(14, "INVLPG", "INVLPG"),
        new(15, "RDPMC", "RDPMC"),
        new(16, "RDTSC", "RDTSC"),
        new(18, "VMCALL", "VMCALL"),
        new(19, "VMCLEAR", "VMCLEAR"),
        new(20, "VMLAUNCH", "VMLAUNCH"),
        new(21, "VMPTRLD", "VMPTRLD"),
        new(22, "VMPTRST", "VMPTRST"),
        new(23, "VMREAD", "VMREAD"),
        new(24, "VMRESUME", "VMRESUME"),
        new(25, "VMWRITE", "VMWRITE"),
        new(26, "VMOFF", "VMOFF"),
        new(27, "VMON", "VMON"),
        new(28, "CR_ACCESS", "CR_ACCESS"),
        new(29, "DR_ACCESS", "DR_ACCESS"),
        new(30, "IO_INSTRUCTION", "IO_INSTRUCTION"),
        new(31, "MSR_READ", "MSR_READ"),
        new(32, "MSR_WRITE", "MSR_WRITE"),
        new(33, "INVALID_STATE", null),
        new(34, "MSR_LOAD_FAIL", null),
        new(36, "MWAIT_INSTRUCTION", "MWAIT_INSTRUCTION"),
        new(37, "MONITOR_TRAP_FLAG", null),
        new(39, "MONITOR_INSTRUCTION", "MONITOR_INSTRUCTION"),
        new(40, "PAUSE_INSTRUCTION", "PAUSE_INSTRUCTION"),
        new(41, "MCE_DURING_VMENTRY", "MCE_DURING_VMENTRY"),
        new(43, "TPR_BELOW_THRESHOLD", "TPR_BELOW_THRESHOLD"),
        new(44, "APIC_ACCESS", "APIC_ACCESS"),
        new(45, "EOI_INDUCED", "EOI_INDUCED"),
        new(46, "GDTR_IDTR", null),
        new(47, "LDTR_TR", null),
        new(48, "EPT_VIOLATION", "EPT_VIOLATION"),
        new(49, "EPT_MISCONFIG", "EPT_MISCONFIG"),
        new(50, "INVEPT", "INVEPT"),
        new(51, "RDTSCP", null),
        new(52, "PREEMPTION_TIMER", "PREEMPTION_TIMER"),
        new(53, "INVVPID", null),
        new(54, "WBINVD", "WBINVD"),
        new(55, "XSETBV", "XSETBV"),
        new(56, "APIC_WRITE", "APIC_WRITE"),
        new(57, "RDRAND", null),
        new(58, "INVPCID", "INVPCID"),
        new(59, "VMFUNC", null),
        new(60, "ENCLS", null),
        new(61, "RDSEED", null),
        new(62, "PML_FULL", "PML_FULL"),
        new(63, "XSAVES", "XSAVES"),
        new(64, "XRSTORS", "XRSTORS"),
        new(67, "UMWAIT", null),
        new(68, "TPAUSE", null),
        new(74, "BUS_LOCK", null),
        new(75, "NOTIFY", null),
        new(76, "SEAMCALL", null),
        new(77, "TDCALL", null),
        new(84, "MSR_READ_IMM", null),
        new(85, "MSR_WRITE_IMM", null),
    ];

    /// <summary>The lower-case names of 2.6.3x; some are SVM names of today too, which then win.</summary>
    public static ReadOnlySpan<(string Word, uint Number)> Ancient => new (string, uint)[]
    {
        ("exception", 0), ("ext_irq", 1), ("triple_fault", 2), ("interrupt_window", 7), ("nmi_window", 8),
        ("task_switch", 9), ("cpuid", 10), ("halt", 12), ("invlpg", 14), ("hypercall", 18), ("cr_access", 28),
        ("dr_access", 29), ("io_instruction", 30), ("rdmsr", 31), ("wrmsr", 32), ("tpr_below_thres", 43),
        ("apic_access", 44), ("ept_violation", 48), ("wbinvd", 54),
    };
}
