using System.Globalization;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>
/// Reads logs of <c>kvm_stat -l</c> and <c>-L</c>, as CSV (<c>-c</c>: <c>Timestamp,kvm_exit,…</c>) or in columns. A row holds
/// what was counted since the row before, so rows are the windows. Exits are <c>kvm_exit</c> (tracepoints) or <c>exits</c>
/// (debugfs); reasons are <c>kvm_exit(HLT)</c> or <c>halt_exits</c>.
/// </summary>
internal static class KvmStatLogReader
{
    private const int MostRows = 1 << 20;

    /// <summary>Whether a line is the heading of such a log: event names alone, <c>kvm_exit</c> or <c>exits</c> among them.</summary>
    public static bool IsHeading(string line)
    {
        string[] names = Cells(line);
        return names.Any(n => n is "kvm_exit" or "exits") && names.All(IsName);

        static bool IsName(string name) => name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '(' or ')' or '-' or '/');
    }

    /// <exception cref="StageFileException">A row that does not fit the heading.</exception>
    public static RunSeries Read(string path, IReadOnlyList<string> lines, IReadOnlySet<string>? counted = null)
    {
        string[]? names = null;
        var windows = new List<long>();
        var times = new List<DateTime>();
        var reasons = new SortedDictionary<string, ReasonTally>(StringComparer.Ordinal);
        bool stamped = false;
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0) continue;

            // The heading comes again every twenty rows of a log in columns, and after every restart in one file.
            if (IsHeading(line))
            {
                string[] heading = Cells(line);
                stamped = string.Equals(heading[0], "Timestamp", StringComparison.OrdinalIgnoreCase);
                heading = stamped ? heading[1..] : heading;
                if (names is not null && !names.SequenceEqual(heading, StringComparer.Ordinal)) throw new StageFileException(path, i + 1, "the columns change", "give one log without a change of fields");
                names = heading;
                continue;
            }

            if (names is null) continue;
            if (windows.Count >= MostRows) throw new StageFileException(path, i + 1, $"more than {MostRows} rows", "split the log");
            AddRow(path, i, line, names, windows, times, reasons, counted);
        }

        if (windows.Count == 0) throw new StageFileException(path, 0, "a kvm_stat log without rows", "let kvm_stat -l run for the length of the test");
        double interval = Interval(times, windows.Count);
        return new RunSeries
        {
            Path = path,
            Format = "kvm_stat-log",
            Exits = Numbers.Sum(windows),
            Seconds = windows.Count * interval,
            Windows = windows,
            WindowsCovered = windows.Count,
            Reasons = reasons,
        };
    }

    private static void AddRow(
        string path, int index, string line, string[] names, List<long> windows, List<DateTime> times, SortedDictionary<string, ReasonTally> reasons,
        IReadOnlySet<string>? counted)
    {
        string[] cells = Cells(line);
        int stamp = cells.Length - names.Length;
        string time = stamp > 0 ? string.Join(' ', cells[..stamp]) : "";
        if (stamp is < 0 or > 2) throw new StageFileException(path, index + 1, $"{cells.Length} cells under {names.Length} names", "give the log as kvm_stat wrote it");
        if (DateTime.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime at)) times.Add(at);

        long exits = 0;
        bool traced = names.Contains("kvm_exit", StringComparer.Ordinal);
        for (int c = 0; c < names.Length; c++)
        {
            string cell = cells[stamp + c];
            if (!long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) || Math.Abs(value) > 1L << 52)
            {
                throw new StageFileException(path, index + 1, $"'{cell}' under {names[c]} is no count", "give the log as kvm_stat wrote it");
            }

            // A guest that goes away makes its sums step back.
            value = Math.Max(0, value);
            if (names[c] == (traced ? "kvm_exit" : "exits"))
            {
                if (counted is null) exits = value;
            }
            else if (Reason(names[c], traced) is string reason && counted?.Contains(reason) != false)
            {
                if (counted is not null) exits += value;
                reasons[reason] = new ReasonTally(reasons.GetValueOrDefault(reason).Count + value, 0);
            }
        }

        windows.Add(exits);
    }

    private static string? Reason(string name, bool traced)
    {
        if (name.StartsWith("kvm_exit(", StringComparison.Ordinal) && name.EndsWith(')')) return name["kvm_exit(".Length..^1];
        return !traced && name.EndsWith("_exits", StringComparison.Ordinal) ? name : null;
    }

    /// <summary>Seconds between rows: the stamps have whole seconds, so from first to last; 1 s, kvm_stat's own, without stamps.</summary>
    private static double Interval(List<DateTime> times, int rows)
    {
        if (times.Count != rows || rows < 2) return 1;
        double seconds = (times[^1] - times[0]).TotalSeconds / (rows - 1);
        return seconds > 0 ? seconds : 1;
    }

    private static string[] Cells(string line) =>
        line.Contains(',', StringComparison.Ordinal)
            ? line.Split(',', StringSplitOptions.TrimEntries)
            : line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
