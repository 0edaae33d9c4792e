using System.CommandLine;
using System.Text.Json.Nodes;
using KvmTraceLab.Analysis;
using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Cli.Commands;

/// <summary><c>ktl info</c>: what the file is.</summary>
internal static class InfoCommand
{
    public static Command Create()
    {
        var command = Examples.Command(
            "info",
            "What a trace is: format, version, compression, kernel, clock, CPUs, buffers, tasks and vCPUs, events by name, lost data by CPU.",
            "ktl info samples/pm-timer-loop.txt",
            "ktl info trace.dat --format json");
        var shared = TraceOptionsSet.AddTo(command);
        command.SetAction(parsed => Guard.Run(() => Run(shared.Bind(parsed))));
        return command;
    }

    private static int Run(TraceRequest request)
    {
        using var progress = TraceSession.Bar(request);
        using var trace = TraceSession.Open(request.Files[0], request, progress);
        var overview = new Overview();
        var run = TraceSession.Run(trace, request, [overview]);
        var report = new Report("info");
        overview.AddTo(report, run);
        Describe(report, run);
        ReportWriter.Write(report, request with { Table = request.Table ?? "events" });
        return Guard.Ok;
    }

    private static void Describe(Report report, TraceRun run)
    {
        var info = run.Info;
        var document = report.Document;
        document["hostname"] = info.Hostname;
        document["architecture"] = info.Architecture;
        document["pageSize"] = info.PageSize == 0 ? null : info.PageSize;
        document["buffers"] = new JsonArray([.. info.Buffers.Select(b => (JsonNode)b)]);
        document["facts"] = new JsonObject(info.Facts.GroupBy(f => f.Name, StringComparer.Ordinal).Select(g => KeyValuePair.Create(g.Key, (JsonNode?)string.Join("; ", g.Select(f => f.Value)))));
        document["lostByCpu"] = new JsonArray([.. info.LostByCpu.OrderBy(l => l.Key).Select(l => (JsonNode)new JsonObject { ["cpu"] = l.Key, ["lost"] = l.Value.Counted, ["unknownMarkers"] = l.Value.UnknownMarkers })]);
        document["tasks"] = new JsonArray([.. run.Replayer.Lanes.OrderBy(l => l.Tid).Select(l => (JsonNode)new JsonObject { ["tid"] = l.Tid, ["comm"] = l.Comm, ["events"] = l.Events, ["vcpu"] = l.Vcpu })]);

        var facts = new ReportTable(new Column("name", "What", ColumnKind.Text), new Column("value", "Value", ColumnKind.Text));
        void Fact(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) facts.Add(name, value);
        }

        Fact("format", info.Version > 0 ? $"{info.Format}, version {info.Version}" : info.Format);
        Fact("compression", info.Compression);
        Fact("kernel", info.Kernel);
        Fact("host", info.Hostname);
        Fact("architecture", info.Architecture);
        Fact("clock", info.Clock);
        Fact("time unit", run.TimeUnit);
        Fact("CPUs", info.Cpus.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Fact("buffers", string.Join(", ", info.Buffers));
        foreach (var (name, value) in info.Facts) Fact(name, value);
        report.Sections.Insert(1, new ReportSection("facts", "Facts") { Table = facts });

        var losses = new ReportTable(new Column("cpu", "CPU", ColumnKind.Count), new Column("lost", "Events lost", ColumnKind.Count), new Column("markers", "Markers without a number", ColumnKind.Count)) { ShowAtMost = 16 };
        foreach (var (cpu, lost) in info.LostByCpu.OrderByDescending(l => l.Value.Counted).ThenByDescending(l => l.Value.UnknownMarkers).ThenBy(l => l.Key)) losses.Add((long)cpu, lost.Counted, lost.UnknownMarkers);
        report.AddTable(new ReportSection("lost", "Lost data by CPU") { Table = losses });

        var tasks = new ReportTable(new Column("tid", "TID", ColumnKind.Count), new Column("comm", "Task", ColumnKind.Text), new Column("events", "Events", ColumnKind.Count), new Column("vcpu", "vCPU", ColumnKind.Count)) { ShowAtMost = 40 };
        foreach (var lane in run.Replayer.Lanes.OrderByDescending(l => l.Events).ThenBy(l => l.Tid)) tasks.Add((long)lane.Tid, lane.Comm, lane.Events, (long?)lane.Vcpu);
        report.Sections.Add(new ReportSection("tasks", "Tasks") { Table = tasks });

        var events = new ReportTable(new Column("event", "Event", ColumnKind.Text), new Column("count", "Count", ColumnKind.Count));
        foreach (var (name, count) in Overview.Events(run)) events.Add(name, count);
        report.Sections.Add(new ReportSection("events", "Events by name") { Table = events });
    }
}
