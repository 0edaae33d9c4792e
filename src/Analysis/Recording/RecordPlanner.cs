using System.Globalization;

namespace KvmTraceLab.Analysis.Recording;

/// <summary>Turns what to record into a trace-cmd command for this machine. Runs nothing.</summary>
public static class RecordPlanner
{
    private const string Tracing = "/sys/kernel/tracing";

    /// <summary>The kernel's own size a CPU; less would be a step back.</summary>
    private const int LeastBufferKb = 1408;

    /// <summary>At a million exits a second with their MMU events this still holds about a quarter of a second.</summary>
    private const int MostBufferKb = 64 << 10;

    public static RecordPlan Plan(RecordOptions options, IHost host)
    {
        var problems = new List<string>();
        var notes = new List<string>();
        string? program = host.FindExecutable("trace-cmd");
        if (program is null) problems.Add("trace-cmd is not installed: install the package trace-cmd (apt install trace-cmd, dnf install trace-cmd)");
        if (!IsRoot(host) && !host.CanWrite($"{Tracing}/tracing_on")) problems.Add("recording needs the rights of root: run it as sudo ktl record …");

        var arguments = new List<string> { "record" };
        IReadOnlyList<string> known = host.List($"{Tracing}/events");
        if (known.Count > 0 && !known.Contains("kvm", StringComparer.Ordinal)) problems.Add("the kernel has no kvm events: load KVM first (modprobe kvm_intel or modprobe kvm_amd)");
        AddEvents(arguments, notes, known, options);

        int cpus = Math.Max(1, host.List("/sys/devices/system/cpu").Count(IsCpu));
        int buffer = options.BufferKb ?? BufferKb(host, cpus);
        arguments.AddRange(["-b", buffer.ToString(CultureInfo.InvariantCulture)]);
        notes.Add(options.BufferKb is null
            ? $"buffers of {buffer} KiB on each of {cpus} CPUs, at most a sixteenth of the memory that is free"
            : $"buffers of {buffer} KiB on each of {cpus} CPUs, as asked for");

        string? clock = options.Clock ?? (Clocks(host)?.Contains("mono", StringComparer.Ordinal) == false ? null : "mono");
        if (clock is not null) arguments.AddRange(["-C", clock]);
        AddThreads(arguments, notes, problems, host, options);
        arguments.AddRange(["-o", options.Output]);
        AddCommand(arguments, notes, problems, host, options.Command);
        return new RecordPlan(program ?? "trace-cmd", arguments, options.Seconds, options.Output, HostFacts.PathBeside(options.Output), problems, notes)
        {
            // It catches SIGINT, then starts a recorder for each CPU, each with a file of its own.
            ReadyPath = options.Output + ".cpu0",
            EndsByItself = options.Command.Count > 0,
        };
    }

    private static void AddEvents(List<string> arguments, List<string> notes, IReadOnlyList<string> known, RecordOptions options)
    {
        arguments.AddRange(["-e", "kvm"]);
        if (known.Count == 0 || known.Contains("kvmmmu", StringComparer.Ordinal)) arguments.AddRange(["-e", "kvmmmu"]);
        else notes.Add("this kernel has no kvmmmu events, so a replay cannot check SPTEs");
        foreach (string e in options.ExtraEvents.Distinct(StringComparer.Ordinal)) arguments.AddRange(["-e", e]);
    }

    /// <summary>trace-cmd filters by thread and a vCPU is a thread, so all threads of the process are named.</summary>
    private static void AddThreads(List<string> arguments, List<string> notes, List<string> problems, IHost host, RecordOptions options)
    {
        var pids = options.Pids;
        if (pids.Count == 0)
        {
            notes.Add(options.Command.Count > 0 ? "all virtual machines, not the command's alone" : "all virtual machines; --pid N takes one");
            return;
        }

        var threads = new SortedSet<int>();
        foreach (int pid in pids)
        {
            int[] tids = [.. host.List($"/proc/{pid}/task").Select(t => int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0).Where(n => n > 0)];
            if (tids.Length == 0) problems.Add($"there is no process {pid}: pgrep -a qemu lists the running ones");
            threads.UnionWith(tids);
        }

        if (threads.Count > 0)
        {
            arguments.AddRange(["-P", string.Join(',', threads)]);
            notes.Add($"{threads.Count} threads of process {string.Join(", ", pids)}; threads that start later are not recorded");
        }
    }

    private static void AddCommand(List<string> arguments, List<string> notes, List<string> problems, IHost host, IReadOnlyList<string> command)
    {
        if (command.Count == 0) return;
        var path = command[0].Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(command[0]) : command[0];
        if (host.FindExecutable(path) is null) problems.Add($"there is no program {command[0]}: what stands after the options is started and recorded");
        arguments.AddRange(command);
        notes.Add("records until the command ends");
    }

    private static int BufferKb(IHost host, int cpus)
    {
        long available = 0;
        foreach (string line in Lines(host.ReadFile("/proc/meminfo")))
        {
            if (!line.StartsWith("MemAvailable:", StringComparison.Ordinal)) continue;
            string digits = new([.. line.Where(char.IsAsciiDigit)]);
            _ = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out available);
        }

        long each = available / 16 / cpus / 1024 * 1024;
        return (int)Math.Clamp(each, LeastBufferKb, MostBufferKb);
    }

    private static string[]? Clocks(IHost host) =>
        host.ReadFile($"{Tracing}/trace_clock")?.Split([' ', '[', ']', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static bool IsRoot(IHost host)
    {
        // Uid: real, effective, saved, file system.
        string? uid = Lines(host.ReadFile("/proc/self/status")).FirstOrDefault(l => l.StartsWith("Uid:", StringComparison.Ordinal));
        string[]? ids = uid?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return ids is { Length: > 2 } && ids[2] == "0";
    }

    private static bool IsCpu(string name) => name.Length > 3 && name.StartsWith("cpu", StringComparison.Ordinal) && name.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0;

    private static string[] Lines(string? text) => text?.Split('\n') ?? [];
}
