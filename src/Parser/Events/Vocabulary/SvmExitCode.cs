namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>
/// SVM exit codes: AMD APM vol. 2 appendix C; names as in the kernel's SVM_EXIT_REASONS
/// (arch/x86/include/uapi/asm/svm.h) and as in libtraceevent's plugin_kvm.
/// </summary>
public static class SvmExitCode
{
    public const uint Intr = 0x60;
    public const uint Cpuid = 0x72;
    public const uint Hlt = 0x78;
    public const uint Ioio = 0x7b;
    public const uint Msr = 0x7c;
    public const uint Npf = 0x400;

    private static readonly Dictionary<uint, (string Define, string? Kernel, string? Plugin)> Names =
        Rows.ToDictionary(r => r.Number, r => (r.Define, r.Kernel, r.Plugin));

    /// <summary>Every spelling that text may hold: the plugin's and the kernel's.</summary>
    public static IEnumerable<(string Word, uint Number)> Spellings =>
        Rows.Where(r => r.Plugin is not null).Select(r => (r.Plugin!, r.Number))
            .Concat(Rows.Where(r => r.Kernel is not null).Select(r => (r.Kernel!, r.Number)));

    public static string? KernelName(uint code) => Names.TryGetValue(code, out var names) ? names.Kernel : null;

    public static string? PluginName(uint code) => Names.TryGetValue(code, out var names) ? names.Plugin : null;

    /// <summary>The name reports use: the plugin's, else <c>EXIT_</c> and the define, else <c>UNKNOWN_n</c>.</summary>
    public static string ReportName(uint code) => Names.TryGetValue(code, out var names)
        ? names.Plugin ?? "EXIT_" + names.Define
        : $"UNKNOWN_{code}";

    /// <summary>Number; the define without <c>SVM_EXIT_</c>; kernel name; plugin name.</summary>
    private static IReadOnlyList<(uint Number, string Define, string? Kernel, string? Plugin)> Rows =>
    [
        (0x60, "INTR", "interrupt", "EXIT_INTR"),
        (0x7b, "IOIO", "io", "EXIT_IOIO"),
        (0x400, "NPF", "npf", "EXIT_NPF"),
    ];
}
