using System.Globalization;
using System.Text.RegularExpressions;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Analysis.Signatures.Remarks;

/// <summary>
/// Reads watchdog messages, RCU stalls, hung tasks and hand-made RIP lists from the words around a trace and from a kernel
/// log. Lines that speak of neither a thread, a CPU nor a RIP are left out.
/// </summary>
public static class RemarkReader
{
    /// <summary>Lines kept of one log; further ones add nothing to a report.</summary>
    public const int MaxLines = 1000;

    private const int MaxLength = 4096;

    // "[CPU 0/KVM:16105]", "[qemu-system-x86:1234]": the pid stands behind the last colon.
    private static readonly LogPattern Task = new("[", @"\[(?<comm>[^\[\]]{1,64}):(?<tid>\d{1,9})\]");
    private static readonly LogPattern Soft = new("soft lockup", @"soft lockup - CPU#(?<cpu>\d{1,5}) stuck for (?<seconds>\d{1,9})s");
    private static readonly LogPattern Hard = new("hard LOC", @"hard LOCKUP(?: on cpu (?<cpu>\d{1,5}))?", RegexOptions.IgnoreCase);
    private static readonly LogPattern Rcu = new("rcu", @"rcu.{0,40}(?:self-detected stall|detected stalls?)(?: on CPUs?(?:/tasks)?)?|rcu: +(?<cpu>\d{1,5})-\S+: \(");
    private static readonly LogPattern Hung = new("blocked for more than", @"task (?<comm>.{1,64}):(?<tid>\d{1,9}) blocked for more than (?<seconds>\d{1,9}) seconds");
    private static readonly LogPattern Rip = new("rip 0x", @"^\W*(?<count>\d{1,18})\s+rip 0x(?<rip>[0-9a-f]{1,16})\s*$", RegexOptions.IgnoreCase);

    /// <summary>What the words around the trace say, in their order.</summary>
    public static IReadOnlyList<LogLine> Read(IReadOnlyList<Remark> remarks, string source)
    {
        var found = new List<LogLine>();
        for (var i = 0; i < remarks.Count && found.Count < MaxLines; i++)
            if (Parse(remarks[i].Text, source) is { } parsed) found.Add(parsed);
        return found;
    }

    /// <summary>The lines of a kernel log that matter; throws <see cref="TraceException"/> where it cannot be read.</summary>
    public static IReadOnlyList<LogLine> ReadFile(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var found = new List<LogLine>();
            while (found.Count < MaxLines && ReadBounded(reader) is { } line)
                if (Parse(line, path) is { } parsed) found.Add(parsed);
            return found;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new TraceException(path, null, $"cannot be read as a kernel log: {e.Message}", e);
        }
    }

    /// <summary>One line, or null where it says nothing of a thread, a CPU or a RIP.</summary>
    public static LogLine? Parse(string text, string source)
    {
        var line = text.Trim();
        if (!MayMatter(line)) return null;
        if (Details(line) is not { Kind: not LogKind.Other } found) return null;
        return new LogLine(line, found.Tid, found.Cpu, source);
    }

    /// <summary>Whether the line can be of another kind than <see cref="LogKind.Other"/>; most lines around a trace cannot.</summary>
    private static bool MayMatter(string line) =>
        Soft.MayMatch(line) || Hard.MayMatch(line) || Rcu.MayMatch(line) || Hung.MayMatch(line) || Rip.MayMatch(line);

    /// <summary>All that a line says.</summary>
    public static LogDetails Details(string text)
    {
        var task = Task.Match(text);
        var tid = Number(task, "tid");
        var comm = task.Success ? task.Groups["comm"].Value : null;
        if (Soft.Match(text) is { Success: true } soft) return new LogDetails(LogKind.SoftLockup, tid, comm, Number(soft, "cpu"), Number(soft, "seconds"));
        if (Hard.Match(text) is { Success: true } hard) return new LogDetails(LogKind.HardLockup, tid, comm, Number(hard, "cpu"), -1);
        if (Rcu.Match(text) is { Success: true } rcu) return new LogDetails(LogKind.RcuStall, tid, comm, Number(rcu, "cpu"), -1);
        if (Hung.Match(text) is { Success: true } hung) return new LogDetails(LogKind.HungTask, Number(hung, "tid"), hung.Groups["comm"].Value, -1, Number(hung, "seconds"));
        if (Rip.Match(text) is { Success: true } rip)
        {
            return new LogDetails(LogKind.RipCount, -1, null, -1, -1)
            {
                Count = long.Parse(rip.Groups["count"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture),
                Rip = ulong.Parse(rip.Groups["rip"].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            };
        }

        return new LogDetails(LogKind.Other, tid, comm, -1, -1);
    }

    private static int Number(Match match, string group) =>
        match.Success && match.Groups[group] is { Success: true } g && int.TryParse(g.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1;

    /// <summary>A line without its end, cut at 4 KiB; null at the end of the log.</summary>
    private static string? ReadBounded(StreamReader reader)
    {
        var text = new System.Text.StringBuilder();
        int c;
        while ((c = reader.Read()) >= 0 && c != '\n')
            if (text.Length < MaxLength) text.Append((char)c);
        return c < 0 && text.Length == 0 ? null : text.ToString();
    }
}
