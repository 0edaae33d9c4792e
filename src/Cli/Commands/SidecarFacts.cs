using KvmTraceLab.Analysis.Recording;
using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Cli.Commands;

/// <summary>What <c>ktl record</c> wrote beside a trace, as the replay wants it.</summary>
internal static class SidecarFacts
{
    /// <summary>Options with the sidecar's facts; plain ones where there is none.</summary>
    public static ReplayOptions Options(string trace)
    {
        if (Beside(trace) is not { } facts) return new ReplayOptions();
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        if (facts.KernelRelease is { } kernel) named["kernel"] = kernel;
        foreach (var (module, parameters) in facts.Modules)
            foreach (var (name, value) in parameters) named[$"{module}.{name}"] = value;
        return new ReplayOptions { HostFacts = named };
    }

    /// <summary>The processes that ran virtual machines; none where there is no sidecar.</summary>
    public static IReadOnlyList<TracedProcess> Processes(string trace) => Beside(trace)?.Processes ?? [];

    private static HostFacts? Beside(string trace) =>
        trace != "-" && File.Exists(HostFacts.PathBeside(trace)) && HostFacts.TryReadBeside(trace, out var facts, out _) ? facts : null;

    /// <summary>A kernel release as the model's generation; null for <c>auto</c>.</summary>
    public static KvmKernel? Kernel(string word)
    {
        if (word == "auto") return null;
        return KvmKernels.TryParse(word, out var kernel) ? kernel : throw new UsageException($"--kernel {word}: expected a release such as 7.1 or 7.2, or auto");
    }
}
