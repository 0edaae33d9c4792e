using System.Text.Json.Nodes;

namespace KvmTraceLab.Analysis.Reports;

/// <summary>Reports on several files as one: what was found in which of them first, then the files side by side, then each in full; in JSON as <c>reports</c>.</summary>
public static class JoinedReports
{
    /// <param name="command">The command that made them.</param>
    /// <param name="files">Every file that was asked for, in that order.</param>
    /// <param name="reports">The reports on those that could be read, in the same order.</param>
    public static Report Of(string command, IReadOnlyList<FileSummary> files, IReadOnlyList<Report> reports)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(reports);
        var joined = new Report(command) { TablesByName = false };
        joined.Document["reports"] = new JsonArray([.. reports.Select(r => (JsonNode)r.Document)]);
        joined.Document["files"] = new JsonArray([.. files.Select(f => (JsonNode)Json(f, SameAs(f, files)))]);
        var read = files.Where(f => f.Unread is null).ToList();
        foreach (var (file, report) in read.Zip(reports))
            joined.Headlines.AddRange(report.Headlines.Select(h => h with { Text = $"{NameOf(file, files)}: {h.Text}" }));
        ReportOrder.Headlines(joined);
        joined.Sections.Add(Files(files, read));
        foreach (var report in reports) joined.Sections.AddRange(report.Sections);
        return joined;
    }

    private static ReportSection Files(IReadOnlyList<FileSummary> files, List<FileSummary> read)
    {
        var unit = read.Count > 0 ? read[0].TimeUnit : "ns";
        var table = new ReportTable(
            new Column("file", "File", ColumnKind.Text), new Column("cpus", "CPUs", ColumnKind.Count), new Column("vcpus", "vCPUs", ColumnKind.Count), new Column("exits", "Exits", ColumnKind.Count),
            new Column("exit_rate", "Exits/s", ColumnKind.Rate), new Column("start_ns", "From", ColumnKind.Time), new Column("end_ns", "To", ColumnKind.Time),
            new Column("lost", "Lost", ColumnKind.Count)) { TimeUnit = unit };
        foreach (var f in files)
        {
            if (f.Unread is null) table.Add(NameOf(f, files), (long)f.Cpus, (long)f.Vcpus, f.Exits, f.ExitsPerSec, f.StartNs, f.EndNs, f.LostEvents);
            else table.Add(NameOf(f, files), null, null, null, null, null, null, null);
        }

        var section = new ReportSection("files", "Files") { Table = table };
        foreach (var f in files)
        {
            if (f.Unread is { } why) section.Paragraphs.Add($"{NameOf(f, files)} was not read: {why}");
            else if (SameAs(f, files) is { } same) section.Paragraphs.Add($"{NameOf(f, files)} has the same events as {NameOf(same, files)}: it is told twice, not counted together.");
        }

        if (Together(read) is { } together) section.Paragraphs.Add(together);
        return section;
    }

    /// <summary>Whether the times of one file say anything of another's; nothing is added up over files.</summary>
    private static string? Together(List<FileSummary> read)
    {
        if (read.Count < 2) return null;
        if (read.Exists(f => f.StartNs is null)) return "Not all files have times: each is told by itself.";
        if (read.Exists(f => f.TimeUnit != read[0].TimeUnit || (f.Clock is { } clock && read[0].Clock is { } first && clock != first)))
            return "The files' clocks differ: a time of one says nothing of another's.";
        var (from, to) = (read.Max(f => f.StartNs!.Value), read.Min(f => f.EndNs!.Value));
        return from <= to
            ? $"All were running from {Numbers.Time(from, read[0].TimeUnit)} to {Numbers.Time(to, read[0].TimeUnit)}, if their clocks are one: those of one host are; a guest's is where trace-cmd agent recorded it."
            : "No time is in all of them: they were recorded one after the other, or by clocks of different machines.";
    }

    private static FileSummary? SameAs(FileSummary file, IReadOnlyList<FileSummary> files) => files.TakeWhile(f => !ReferenceEquals(f, file)).FirstOrDefault(file.HasEventsOf);

    /// <summary>The name without its folders, where no other file has it.</summary>
    private static string NameOf(FileSummary file, IReadOnlyList<FileSummary> files)
    {
        var name = Path.GetFileName(file.Path);
        return files.Any(f => f.Path != file.Path && Path.GetFileName(f.Path) == name) ? file.Path : name;
    }

    private static JsonObject Json(FileSummary f, FileSummary? same) => f.Unread is { } why
        ? new JsonObject { ["path"] = f.Path, ["unread"] = why }
        : new JsonObject
        {
            ["path"] = f.Path, ["sameAs"] = same?.Path, ["clock"] = f.Clock, ["timeUnit"] = f.TimeUnit, ["startNs"] = f.StartNs, ["endNs"] = f.EndNs,
            ["cpus"] = f.Cpus, ["vcpus"] = f.Vcpus, ["events"] = f.Events, ["exits"] = f.Exits, ["lostEvents"] = f.LostEvents,
        };
}
