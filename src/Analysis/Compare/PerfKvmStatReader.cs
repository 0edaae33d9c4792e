using System.Globalization;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>
/// Reads what <c>perf kvm stat report</c> prints, in the classic columns (<c>VM-EXIT Samples Samples% Time% Min Time Max Time
/// Avg time</c>) and in the newer ones (<c>Event name Samples Sample% Time (ns) Time% Max Time Min Time Mean Time</c>). It has
/// sums by reason but neither the run's length nor its course.
/// </summary>
internal static class PerfKvmStatReader
{
    /// <summary>Whether a line is the heading of such a report.</summary>
    public static bool IsHeading(string line) =>
        line.Contains("Samples", StringComparison.Ordinal)
        && (line.Contains("VM-EXIT", StringComparison.Ordinal) || line.Contains("Event name", StringComparison.OrdinalIgnoreCase))
        && line.Contains("Sample", StringComparison.Ordinal) && line.Contains("Time", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="StageFileException">A row that cannot be read, or a total that the rows do not make.</exception>
    public static RunSeries Read(string path, IReadOnlyList<string> lines, IReadOnlySet<string>? counted = null)
    {
        var reasons = new SortedDictionary<string, ReasonTally>(StringComparer.Ordinal);
        long? total = null;
        bool inTable = false;
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i].Trim();
            if (IsHeading(line)) inTable = true;
            else if (line.StartsWith("Total Samples:", StringComparison.Ordinal)) total = Total(path, i, line);
            else if (inTable && line.Length > 0 && line.Any(char.IsAsciiDigit) && !line.EndsWith(':')) AddRow(path, i, line, reasons);
        }

        long samples = Numbers.Sum(reasons.Values.Select(r => r.Count));
        if (reasons.Count == 0 && total is null or > 0) throw new StageFileException(path, 0, "perf kvm stat report without rows", "give its whole output");
        if (total is long t && t != samples)
        {
            throw new StageFileException(path, 0, $"its rows make {samples} samples, its total line says {t}", "the text was cut; give the whole output of perf kvm stat report --event=vmexit");
        }

        foreach (string other in reasons.Keys.Where(r => counted?.Contains(r) == false).ToList()) reasons.Remove(other);
        return new RunSeries
        {
            Path = path,
            Format = "perf-kvm-stat",
            Exits = Numbers.Sum(reasons.Values.Select(r => r.Count)),
            HostNs = Numbers.Sum(reasons.Values.Select(r => r.HostNs)),
            BusyHostNs = Numbers.Sum(reasons.Where(r => !ReasonTally.IsIdle(r.Key)).Select(r => r.Value.HostNs)),
            Reasons = reasons,
        };
    }

    private static void AddRow(string path, int index, string line, SortedDictionary<string, ReasonTally> reasons)
    {
        // The name may hold spaces; the first word that is a whole number ends it.
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        int at = 1;
        while (at < words.Length && !IsCount(words[at])) at++;
        if (at + 1 >= words.Length || !words[at + 1].EndsWith('%') || !long.TryParse(words[at].Replace(",", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out long count))
        {
            throw new StageFileException(path, index + 1, $"'{line}' is no row of perf kvm stat report", "a row is: reason, samples, samples %, time %, min, max and mean time");
        }

        string reason = string.Join(' ', words[..at]);
        ReasonTally before = reasons.GetValueOrDefault(reason);
        reasons[reason] = new ReasonTally(before.Count + count, before.HostNs + HostNs(words.AsSpan(at + 2), count));
    }

    /// <summary>New columns give the sum in nanoseconds; the old ones the mean, in microseconds, as the last time of the row.</summary>
    private static long HostNs(ReadOnlySpan<string> rest, long count)
    {
        if (rest.Length > 0 && long.TryParse(rest[0].Replace(",", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out long sum)) return sum;
        double mean = 0;
        foreach (string word in rest)
        {
            if (word.StartsWith('(')) break;
            if (Time(word) is double ns) mean = ns;
        }

        return (long)Math.Min(mean * count, long.MaxValue / 2);
    }

    private static double? Time(string word)
    {
        (string suffix, double unit)[] units = [("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9)];
        foreach (var (suffix, unit) in units)
        {
            if (word.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(word.AsSpan(0, word.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double v)
                && double.IsFinite(v))
            {
                return v * unit;
            }
        }

        return null;
    }

    private static bool IsCount(string word) => word.All(c => char.IsAsciiDigit(c) || c == ',');

    private static long? Total(string path, int index, string line)
    {
        string digits = new([.. line["Total Samples:".Length..].TrimStart().TakeWhile(char.IsAsciiDigit)]);
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long total)
            ? total
            : throw new StageFileException(path, index + 1, $"'{line}' has no number", "give the output of perf kvm stat report unchanged");
    }
}
