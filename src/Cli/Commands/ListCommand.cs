using System.CommandLine;
using System.Text.Json.Nodes;
using KvmTraceLab.Analysis;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Formats;

namespace KvmTraceLab.Cli.Commands;

/// <summary><c>ktl list</c>: what this build knows.</summary>
internal static class ListCommand
{
    private static readonly string[] What = ["events", "formats", "analyses", "signatures", "rules"];

    public static Command Create()
    {
        var command = Examples.Command("list", "What this build knows: events with their fields, input formats, analyses, signatures, MMU rules.", "ktl list signatures", "ktl list events --format csv");
        var what = new Argument<string>("WHAT") { Description = string.Join(", ", What) };
        var format = CommonOptions.Format(FormatChoice.Report);
        var output = CommonOptions.Output();
        what.CompletionSources.Add(What);
        command.Add(what);
        command.Add(format);
        command.Add(output);
        command.SetAction(parsed => Guard.Run(() =>
        {
            var asFormat = FormatChoice.Report.Resolve(parsed.GetValue(format), null);
            var report = Build(parsed.GetValue(what)!);
            ReportWriter.Write(report, new TraceRequest { Files = [], Threads = 1, Format = asFormat, Output = parsed.GetValue(output) });
            return Guard.Ok;
        }));
        return command;
    }

    private static Report Build(string what)
    {
        var table = what switch
        {
            "events" => Events(),
            "formats" => Table(("name", "Name"), ("description", "Description"), TraceFormats.All.Select(f => (f.Name, f.Description))),
            "analyses" => Table(("name", "Name"), ("description", "Description"), new AnalysisSuite().Analyses.Select(a => (a.Name, a.Description))),
            "signatures" => KnownLists.Signatures(),
            "rules" => KnownLists.Rules(),
            _ => throw new UsageException($"list {what}: known are {string.Join(", ", What)}"),
        };
        var report = new Report("list");
        report.Document["what"] = what;
        report.Document["rows"] = new JsonArray([.. table.Rows.Select(r => (JsonNode)new JsonObject(r.Select((cell, i) => KeyValuePair.Create(table.Columns[i].Key, (JsonNode?)JsonValue.Create(cell?.ToString())))))]);
        report.Sections.Add(new ReportSection(what, $"Known {what}") { Table = table });
        return report;
    }

    private static ReportTable Events()
    {
        var table = new ReportTable(new Column("event", "Event", ColumnKind.Text), new Column("system", "System", ColumnKind.Text), new Column("fields", "Fields", ColumnKind.Text));
        foreach (var shape in KvmEvents.All.OrderBy(s => s.Name, StringComparer.Ordinal)) table.Add(shape.Name, shape.System, string.Join(' ', shape.Fields.Select(f => f.Name)));
        return table;
    }

    internal static ReportTable Table((string Key, string Title) first, (string Key, string Title) second, IEnumerable<(string, string)> rows)
    {
        var table = new ReportTable(new Column(first.Key, first.Title, ColumnKind.Text), new Column(second.Key, second.Title, ColumnKind.Text));
        foreach (var (a, b) in rows) table.Add(a, b);
        return table;
    }
}
