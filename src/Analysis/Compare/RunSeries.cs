namespace KvmTraceLab.Analysis.Compare;

/// <summary>
/// One run as a comparison needs it, wherever it came from: exits over time, by reason, and what is missing. Plain data, bounded
/// in size whatever the length of the run.
/// </summary>
public sealed record RunSeries
{
    /// <summary>The file, for messages.</summary>
    public required string Path { get; init; }

    /// <summary>What the file is: <c>trace-cmd-text</c>, <c>perf-kvm-stat</c>, <c>kvm_stat-log</c>, …</summary>
    public string Format { get; init; } = "";

    public long Exits { get; init; }

    /// <summary>From the first event to the last; null where the source does not tell or its clock does not count nanoseconds.</summary>
    public double? Seconds { get; init; }

    /// <summary>vCPUs seen; 0 where the source does not tell.</summary>
    public int Vcpus { get; init; }

    /// <summary>Exits in windows of the same width that cover the run from its first event; empty where the source has sums alone.</summary>
    public IReadOnlyList<long> Windows { get; init; } = [];

    /// <summary>How many windows, the last one in part, the run covers: its length over the width of a window.</summary>
    public double WindowsCovered { get; init; }

    /// <summary>Drops with a number, summed.</summary>
    public long LostEvents { get; init; }

    /// <summary>Drop markers without a number.</summary>
    public long LostMarkers { get; init; }

    /// <summary>Time from exits to the next entry, summed, nanoseconds; null where the source does not tell.</summary>
    public long? HostNs { get; init; }

    /// <summary>The same without idle reasons (HLT).</summary>
    public long? BusyHostNs { get; init; }

    public IReadOnlyDictionary<string, ReasonTally> Reasons { get; init; } = new Dictionary<string, ReasonTally>();

    /// <summary>True where anything was lost, so that a count may be too low.</summary>
    public bool HasLosses => LostEvents > 0 || LostMarkers > 0;

    /// <summary>
    /// The same exits in <paramref name="count"/> equal windows over exactly the run's length. An old window on a border is shared
    /// out by length.
    /// </summary>
    public double[] InWindows(int count)
    {
        var result = new double[count];
        double width = WindowsCovered / count;
        for (int i = 0; i < Windows.Count; i++)
        {
            if (Windows[i] == 0) continue;
            double from = Math.Min(i, WindowsCovered);
            double to = Math.Min(i + 1, WindowsCovered);
            int first = Math.Clamp((int)(from / width), 0, count - 1);
            int last = Math.Clamp((int)(to / width), first, count - 1);
            if (first == last || to <= from)
            {
                result[first] += Windows[i];
                continue;
            }

            for (int w = first; w <= last; w++)
            {
                double overlap = Math.Min(to, (w + 1) * width) - Math.Max(from, w * width);
                if (overlap > 0) result[w] += Windows[i] * overlap / (to - from);
            }
        }

        return result;
    }

    /// <summary>Whether two series hold the very same run, as when a file is named twice.</summary>
    public bool IsSameRunAs(RunSeries other) =>
        Exits == other.Exits && Seconds == other.Seconds && LostEvents == other.LostEvents && HostNs == other.HostNs
        && Windows.SequenceEqual(other.Windows) && Reasons.Count == other.Reasons.Count
        && Reasons.All(r => other.Reasons.TryGetValue(r.Key, out ReasonTally t) && t == r.Value);
}
