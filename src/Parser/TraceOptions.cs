namespace KvmTraceLab.Parser;

/// <summary>How a trace is to be read. Cheap to copy; the reader takes what it needs when it opens.</summary>
public sealed record TraceOptions
{
    /// <summary>Decoding threads, at least 1. The result does not depend on it.</summary>
    public int Threads { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>A format's name to force (<see cref="Formats.ITraceFormat.Name"/>), or null to look at the content.</summary>
    public string? Format { get; init; }

    /// <summary>Called from time to time with bytes read and bytes in all (0 where unknown).</summary>
    public Action<long, long>? Progress { get; init; }
}
