using KvmTraceLab.Parser;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Cli;

/// <summary>What a command that reads a trace was asked, resolved: no strings left to parse.</summary>
internal sealed record TraceRequest
{
    public required IReadOnlyList<string> Files { get; init; }

    public string? InputFormat { get; init; }

    public required int Threads { get; init; }

    /// <summary>First and last time that take part; null for all.</summary>
    public TraceTime? From { get; init; }

    public TraceTime? To { get; init; }

    /// <summary>Threads that take part; empty for all.</summary>
    public IReadOnlySet<int> Tids { get; init; } = new HashSet<int>();

    /// <summary>vCPUs that take part; empty for all.</summary>
    public IReadOnlySet<int> Vcpus { get; init; } = new HashSet<int>();

    /// <summary>Whether a part of the events was asked for alone.</summary>
    public bool IsPart => From is not null || To is not null || Tids.Count > 0 || Vcpus.Count > 0;

    public string Format { get; init; } = "text";

    public string? Output { get; init; }

    public string? Dmesg { get; init; }

    public string? GuestMap { get; init; }

    public string? Table { get; init; }

    public bool Quiet { get; init; }

    /// <summary>The rows that take part, once it is known what the trace's clock counts.</summary>
    public RowFilter Filter(TimeUnit unit) => new(From?.In(unit), To?.In(unit), Tids, Vcpus);
}
