using KvmTraceLab.Analysis.Recording;

namespace KvmTraceLab.Tests.Recording;

/// <summary>A machine made of files.</summary>
internal sealed class FakeHost : IHost
{
    public Dictionary<string, string> Files { get; } = new(StringComparer.Ordinal);

    public bool HasTraceCmd { get; init; } = true;

    public bool MayTrace { get; init; } = true;

    /// <summary>An Intel host with one Windows guest, as seed reports describe.</summary>
    public static FakeHost WithGuest(bool traceCmd = true, bool root = true, string cpu = "host,level=30,+vmx-mbec,-cet-ss,-cet-ibt,hv_time,hv-evmcs=on,hv-spinlocks=0x1fff")
    {
        var host = new FakeHost { HasTraceCmd = traceCmd, MayTrace = false };
        host.Files["/proc/self/status"] = $"Name:\tktl\nUid:\t{(root ? 0 : 1000)}\t{(root ? 0 : 1000)}\t0\t0\n";
        host.Files["/proc/meminfo"] = "MemTotal:       65536000 kB\nMemAvailable:   16777216 kB\n";
        for (int i = 0; i < 32; i++) host.Files[$"/sys/devices/system/cpu/cpu{i}/online"] = "1";
        host.Files["/sys/devices/system/cpu/cpufreq/x"] = "";
        host.Files["/sys/kernel/tracing/events/kvm/enable"] = "0";
        host.Files["/sys/kernel/tracing/events/kvmmmu/enable"] = "0";
        host.Files["/sys/kernel/tracing/trace_clock"] = "[local] global mono tai\n";
        host.Files["/proc/sys/kernel/osrelease"] = "7.1.0-rc2\n";
        host.Files["/proc/cpuinfo"] = "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Gold 6426Y\nflags\t\t: fpu smep user_shstk\nvmx flags\t: ept ept_mode_based_exec\n";
        host.Files["/sys/module/kvm_intel/parameters/ept"] = "Y\n";
        host.Files["/sys/module/kvm_intel/parameters/enable_apicv"] = "N\n";
        host.Files["/proc/1/task/1/comm"] = "systemd\n";
        host.Files["/proc/1/cmdline"] = "/sbin/init\0";
        host.Files["/proc/16100/task/16100/comm"] = "qemu-system-x86\n";
        host.Files["/proc/16100/task/16105/comm"] = "CPU 0/KVM\n";
        host.Files["/proc/16100/task/16106/comm"] = "CPU 1/KVM\n";
        host.Files["/proc/16100/cmdline"] = string.Join('\0', "qemu-system-x86_64", "-cpu", cpu, "-object", "secret,id=k,data=hunter2", "-m", "8G") + "\0";
        return host;
    }

    public string? ReadFile(string path) => Files.GetValueOrDefault(path);

    public IReadOnlyList<string> List(string directory) =>
        [.. Files.Keys.Where(f => f.StartsWith(directory + "/", StringComparison.Ordinal)).Select(f => f[(directory.Length + 1)..].Split('/')[0]).Distinct().Order(StringComparer.Ordinal)];

    public string? FindExecutable(string name) => HasTraceCmd && name == "trace-cmd" ? "/usr/bin/trace-cmd" : name == "/bin/sh" ? name : null;

    public bool CanWrite(string path) => MayTrace;
}
