using System.Globalization;

namespace KvmTraceLab.Analysis.Recording;

/// <summary>Reads the facts from /proc and /sys.</summary>
public static class HostFactsCollector
{
    /// <param name="host">The machine.</param>
    /// <param name="pids">The traced processes; empty takes every process with a thread named <c>CPU n/KVM</c>.</param>
    /// <param name="command">trace-cmd as it is run.</param>
    public static HostFacts Collect(IHost host, IReadOnlyList<int> pids, string? command)
    {
        string[] cpu = host.ReadFile("/proc/cpuinfo")?.Split('\n') ?? [];
        var modules = new SortedDictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (string module in host.List("/sys/module").Where(m => m == "kvm" || m.StartsWith("kvm_", StringComparison.Ordinal)))
        {
            string directory = $"/sys/module/{module}/parameters";
            var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (string name in host.List(directory))
            {
                if (host.ReadFile($"{directory}/{name}") is string value) parameters[name] = value.Trim();
            }

            if (parameters.Count > 0) modules[module] = parameters;
        }

        return new HostFacts
        {
            KernelRelease = host.ReadFile("/proc/sys/kernel/osrelease")?.Trim(),
            CpuModel = Value(cpu, "model name"),
            CpuFlags = [.. Words(Value(cpu, "flags")), .. Words(Value(cpu, "vmx flags"))],
            Modules = modules,
            Processes = [.. Candidates(host, pids).Select(pid => Process(host, pid, pids.Count > 0)).OfType<TracedProcess>()],
            Command = command,
        };
    }

    private static IEnumerable<int> Candidates(IHost host, IReadOnlyList<int> pids) =>
        pids.Count > 0 ? pids.Distinct() : host.List("/proc").Select(Number).Where(n => n > 0).Order();

    private static TracedProcess? Process(IHost host, int pid, bool wanted)
    {
        var vcpus = new SortedDictionary<int, int>();
        foreach (int tid in host.List($"/proc/{pid}/task").Select(Number).Where(n => n > 0))
        {
            string name = host.ReadFile($"/proc/{pid}/task/{tid}/comm")?.Trim() ?? "";
            if (name.StartsWith("CPU ", StringComparison.Ordinal) && name.EndsWith("/KVM", StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(4, name.Length - 8), NumberStyles.None, CultureInfo.InvariantCulture, out int vcpu))
            {
                vcpus[vcpu] = tid;
            }
        }

        if (!wanted && vcpus.Count == 0) return null;
        if (host.ReadFile($"/proc/{pid}/cmdline") is not string line) return null;
        string[] arguments = line.TrimEnd('\0').Split('\0');
        return new TracedProcess(pid, QemuSecrets.Remove(arguments), vcpus, QemuCpu.Of(arguments));
    }

    private static string? Value(string[] lines, string name)
    {
        foreach (string line in lines)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line.AsSpan(0, colon).Trim().SequenceEqual(name)) return line[(colon + 1)..].Trim();
        }

        return null;
    }

    private static string[] Words(string? text) => text?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0;
}
