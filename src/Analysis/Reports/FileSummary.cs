namespace KvmTraceLab.Analysis.Reports;

/// <summary>One file of several, as far as the files are set side by side.</summary>
public sealed record FileSummary
{
    public required string Path { get; init; }

    /// <summary>Why it could not be read; null where it was.</summary>
    public string? Unread { get; init; }

    public string? Clock { get; init; }

    public string TimeUnit { get; init; } = "ns";

    public long? StartNs { get; init; }

    public long? EndNs { get; init; }

    public int Cpus { get; init; }

    public int Vcpus { get; init; }

    public long Events { get; init; }

    public long Exits { get; init; }

    public double? ExitsPerSec { get; init; }

    public long LostEvents { get; init; }

    public static FileSummary Of(string path, TraceRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var replayer = run.Replayer;
        return new FileSummary
        {
            Path = path, Clock = run.Info.Clock, TimeUnit = run.TimeUnit, StartNs = replayer.HasTimes ? replayer.FirstTime : null, EndNs = replayer.HasTimes ? replayer.LastTime : null,
            Cpus = run.Info.Cpus, Vcpus = replayer.Lanes.Count(l => l.IsVcpu), Events = run.Trace.Lines.Events, Exits = run.Exits, ExitsPerSec = run.Seconds is { } s ? run.Exits / s : null,
            LostEvents = run.Trace.Health.CountOf(Parser.Health.TraceHealth.LostEvents),
        };
    }

    /// <summary>Two files that say so much the same hold the same events.</summary>
    public bool HasEventsOf(FileSummary other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Unread is null && other.Unread is null && (Events, Exits, Vcpus, StartNs, EndNs, LostEvents) == (other.Events, other.Exits, other.Vcpus, other.StartNs, other.EndNs, other.LostEvents);
    }
}
