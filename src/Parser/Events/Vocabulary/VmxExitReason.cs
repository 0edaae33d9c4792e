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

    /// <summary>Every spelling that text may hold: kernel's, plugin's, and the lower-case ones of 2.6.3x.</summary>
    public static IEnumerable<(string Word, uint Number)> Spellings =>
        Rows.Select(r => (r.Kernel, r.Number))
            .Concat(Rows.Where(r => r.Plugin is not null).Select(r => (r.Plugin!, r.Number)))
            .Concat(Ancient);

    public static string? KernelName(uint basicReason) => Names.TryGetValue(basicReason, out var names) ? names.Kernel : null;

    /// <summary>The plugin's name for the full 32-bit reason; null where it prints <c>UNKNOWN (n)</c>.</summary>
    public static string? PluginName(uint exitReason) => Names.TryGetValue(exitReason, out var names) ? names.Plugin : null;

    private static IReadOnlyList<(uint Number, string Kernel, string? Plugin)> Rows =>
    [
        (0, "EXCEPTION_NMI", "EXCEPTION_NMI"),
        (1, "EXTERNAL_INTERRUPT", "EXTERNAL_INTERRUPT"),
        (30, "IO_INSTRUCTION", "IO_INSTRUCTION"),
        (48, "EPT_VIOLATION", "EPT_VIOLATION"),
    ];

    private static IReadOnlyList<(string Word, uint Number)> Ancient =>
    [
        ("apic_access", 44), ("io_instruction", 30),
    ];
}
