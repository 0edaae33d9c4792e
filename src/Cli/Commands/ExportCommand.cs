using System.CommandLine;
using KvmTraceLab.Analysis;
using KvmTraceLab.Analysis.Exits;
using KvmTraceLab.Output.Files;
using KvmTraceLab.Output.Stacks;

namespace KvmTraceLab.Cli.Commands;

/// <summary><c>ktl export</c>: stacks for flame-graph viewers, and every table as CSV.</summary>
internal static class ExportCommand
{
    private static readonly string[] Tables = ["exits", "events", "loops", "faults"];

    public static Command Create()
    {
        var command = Examples.Command(
            "export",
            "Stacks (vm, vCPU, level, reason, detail, RIP) for speedscope, Chromium's trace viewer or PerfView; tables as CSV.",
            "ktl export samples/pm-timer-loop.txt --to speedscope -o exits.speedscope.json",
            "ktl export trace.dat --to csv --table exits -o exits.csv");
        var shared = TraceOptionsSet.AddTo(command, toName: "--until", formats: FormatChoice.None);
        var to = new Option<string>("--to") { Description = $"{string.Join(", ", StackExport.Formats)} or csv", HelpName = "FORMAT", Required = true };
        var weight = new Option<string>("--weight") { Description = "stacks: count or time (default count)", DefaultValueFactory = _ => "count", HelpName = "WHAT" };
        command.Add(to);
        command.Add(weight);
        command.SetAction(parsed => Guard.Run(() =>
        {
            var request = shared.Bind(parsed);
            var format = parsed.GetValue(to)!;
            if (format == "csv") return parsed.GetResult(weight) is { Implicit: false } ? throw new UsageException("--weight: goes with stacks, not with --to csv") : Csv(request);
            if (request.Table is { } table) throw new UsageException($"--table {table}: goes with --to csv");
            if (!StackExport.Formats.Contains(format)) throw new UsageException($"--to {format}: known are {string.Join(", ", StackExport.Formats)}, csv");
            return Stacks(request, format, Weight(parsed.GetValue(weight)!));
        }));
        return command;
    }

    public static StackWeight Weight(string word) => word switch
    {
        "count" => StackWeight.Count,
        "time" => StackWeight.Time,
        _ => throw new UsageException($"--weight {word}: known are count, time"),
    };

    private static int Stacks(TraceRequest request, string format, StackWeight weight)
    {
        using var progress = TraceSession.Bar(request);
        using var trace = TraceSession.Open(request.Files[0], request, progress);
        var stacks = new ExitStacks();
        var run = TraceSession.Run(trace, request, [stacks]);
        var samples = stacks.Samples(run);
        if (weight == StackWeight.Time && samples.Count > 0 && samples.All(s => s.TotalNs == 0))
            throw new UsageException($"--weight time: {request.Files[0]} times no exit, since no entry follows one; take --weight count");
        FileOutput.Write(request.Output, stream => StackExport.Write(samples, format, weight, Path.GetFileName(request.Files[0]), stream));
        return Guard.Ok;
    }

    private static int Csv(TraceRequest request)
    {
        var table = request.Table ?? "exits";
        if (!Tables.Contains(table)) throw new UsageException($"--table {table}: known are {string.Join(", ", Tables)}");
        if (table == "events") return EventsCommand.Csv(request);
        using var progress = TraceSession.Bar(request);
        using var trace = TraceSession.Open(request.Files[0], request, progress);
        var suite = new AnalysisSuite(info: trace.Info);
        var run = TraceSession.Run(trace, request, suite.Observers, suite.SeeBatch);
        var report = suite.Report("analyze", run with { Processes = SidecarFacts.Processes(request.Files[0]) }, request.Dmesg);
        ReportWriter.Write(report, request with { Format = "csv", Table = table });
        return Guard.Ok;
    }
}
