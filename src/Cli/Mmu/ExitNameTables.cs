using System.Globalization;
using KvmTraceLab.Mmu.Tables;
using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Cli.Mmu;

/// <summary>The numbers of exits and what the kernel and trace-cmd's plugin call them; UNKNOWN where they have no word.</summary>
internal static class ExitNameTables
{
    private const string Unknown = "UNKNOWN";

    public static IReadOnlyList<TableSpec> All { get; } =
    [
        new TableSpec<uint>("vmx_exit_reasons", "VMX basic exit reasons and their names", VmxExitReason.Numbers.Count(), () => VmxExitReason.Numbers.Order(), Columns(n => VmxExitReason.Define(n), VmxExitReason.PluginName)),
        new TableSpec<uint>("svm_exit_codes", "SVM exit codes and their names", SvmExitCode.Numbers.Count(), () => SvmExitCode.Numbers.Order(), Columns(SvmExitCode.KernelName, SvmExitCode.PluginName)),
    ];

    private static Column<uint>[] Columns(Func<uint, string?> kernel, Func<uint, string?> plugin) =>
    [
        new("number", n => n.ToString(CultureInfo.InvariantCulture)),
        new("kernel_name", n => kernel(n) ?? Unknown),
        new("plugin_name", n => plugin(n) ?? Unknown),
    ];
}
