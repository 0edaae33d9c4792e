using KvmTraceLab.Replay;

namespace KvmTraceLab.Cli;

/// <summary>What a command that reads a trace was asked, resolved: no strings left to parse.</summary>
internal sealed record TraceRequest
{
    public required IReadOnlyList<string> Files { get; init; }

    public string? InputFormat { get; init; }

    public required int Threads { get; init; }

    public required RowFilter Filter { get; init; }

    public string Format { get; init; } = "text";

    public string? Output { get; init; }

    public string? Dmesg { get; init; }

    public string? GuestMap { get; init; }

    public string? Table { get; init; }

    public bool Quiet { get; init; }
}
