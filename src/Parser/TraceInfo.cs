using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser;

/// <summary>What the trace's clock counts.</summary>
public enum TimeUnit
{
    Nanoseconds,
    /// <summary>A cycle counter (<c>x86-tsc</c>, <c>local</c> given as integers).</summary>
    Cycles,
    /// <summary>A bare counter (<c>counter</c>, <c>uptime</c>).</summary>
    Count,
}

/// <summary>
/// What the reader learnt about the trace itself. Filled while reading: for text some of it is known only at the end.
/// </summary>
public sealed class TraceInfo
{
    /// <summary>Format label as in JSON: <c>trace-cmd-dat</c>, <c>trace-cmd-text</c>, <c>ftrace-text</c>, <c>perf-script</c>, <c>pasted-text</c>.</summary>
    public string Format { get; set; } = "unknown";

    /// <summary>Version of trace.dat (6 or 7), 0 for text.</summary>
    public int Version { get; set; }

    /// <summary>Compression of trace.dat's sections or of the whole input: <c>none</c>, <c>zlib</c>, <c>zstd</c>, <c>gzip</c>.</summary>
    public string Compression { get; set; } = "none";

    /// <summary>CPUs the trace was recorded on; 0 where unknown.</summary>
    public int Cpus { get; set; }

    /// <summary>Trace clock (<c>local</c>, <c>mono</c>, <c>x86-tsc</c> …), null where the input does not say.</summary>
    public string? Clock { get; set; }

    public TimeUnit TimeUnit { get; set; } = TimeUnit.Nanoseconds;

    /// <summary>Kernel release where the input says, e.g. <c>6.1.0-56-cloud-amd64</c>.</summary>
    public string? Kernel { get; set; }

    public string? Hostname { get; set; }

    public string? Architecture { get; set; }

    /// <summary>Page size of the recorded ring buffer in bytes, 0 for text.</summary>
    public int PageSize { get; set; }

    /// <summary>Lost counts by CPU, where the input says.</summary>
    public Dictionary<int, LostOnCpu> LostByCpu { get; } = [];

    /// <summary>Adds a marker of lost events; <paramref name="lost"/> is null where it came without a number.</summary>
    public void AddLost(int cpu, long? lost)
    {
        var before = LostByCpu.GetValueOrDefault(cpu);
        LostByCpu[cpu] = lost is { } counted
            ? before with { Counted = HealthLog.Sum(before.Counted, counted) }
            : before with { UnknownMarkers = before.UnknownMarkers + 1 };
    }

    /// <summary>Names of buffer instances other than the top one.</summary>
    public List<string> Buffers { get; } = [];

    /// <summary>Other facts worth showing, in the order found: name and value.</summary>
    public List<(string Name, string Value)> Facts { get; } = [];

    /// <summary>Function addresses of the host kernel (kallsyms), ascending; empty where the input has none.</summary>
    public IReadOnlyList<(ulong Address, string Name)> HostSymbols { get; set; } = [];
}

/// <summary>Lost events on one CPU: how many were counted, and how many markers came without a number.</summary>
public readonly record struct LostOnCpu(long Counted, long UnknownMarkers);
