using System.CommandLine;
using System.Text.Json.Nodes;
using KvmTraceLab.Analysis;
using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Cli.Commands;

/// <summary><c>ktl loops</c>: loops alone.</summary>
internal static class LoopsCommand
{
    private static readonly string[] Sections = ["source", "loops", "notes"];

    public static Command Create()
    {
        var command = Examples.Command(
            "loops",
            "Exit loops: what repeats, how often, what varies from turn to turn, what came before, what it most likely means.",
            "ktl loops samples/pm-timer-loop.txt",
            "ktl loops trace.dat --min-iterations 100 --vcpu 0");
        var shared = TraceOptionsSet.AddTo(command);
        var minIterations = LoopOptions.MinIterations();
        var maxPeriod = new Option<int>("--max-period") { Description = "longest period reported (default 64)", DefaultValueFactory = _ => 64, HelpName = "N" };
        command.Add(minIterations);
        command.Add(maxPeriod);
        command.SetAction(parsed => Guard.Run(() => Run(shared.Bind(parsed), LoopOptions.Check(parsed.GetValue(minIterations)), parsed.GetValue(maxPeriod))));
        return command;
    }

    private static int Run(TraceRequest request, int minIterations, int maxPeriod)
    {
        if (maxPeriod is < 1 or > 64) throw new UsageException($"--max-period {maxPeriod}: 1 to 64 are possible");
        using var progress = TraceSession.Bar(request);
        using var trace = TraceSession.Open(request.Files[0], request, progress);
        var suite = new AnalysisSuite(minIterations, maxPeriod, trace.Info);
        var run = TraceSession.Run(trace, request, suite.Observers, suite.SeeBatch);
        var report = suite.Report("loops", run, request.Dmesg);
        report.Sections.RemoveAll(s => !Sections.Contains(s.Id));
        if (report.Document["loops"] is JsonArray { Count: 0 })
            report.Headlines.Insert(0, new Headline(HeadlineKind.Fact, $"No loop: nothing with an exit in it repeats {minIterations} times in a row with a period of at most {maxPeriod} events.", [], null));
        foreach (var member in new[] { "exits", "rips", "ports", "msrs", "crs", "cpuidLeaves", "gpas", "hypercalls", "faults" }) report.Document.Remove(member);
        ReportWriter.Write(report, request with { Table = request.Table ?? "loops" });
        return Guard.Ok;
    }
}
