using System.CommandLine;
using KvmTraceLab.Analysis;
using KvmTraceLab.Analysis.Rates;
using KvmTraceLab.Analysis.Recording;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output;
using KvmTraceLab.Output.Charts;
using KvmTraceLab.Output.Files;
using KvmTraceLab.Output.Html;

namespace KvmTraceLab.Cli.Commands;

/// <summary><c>ktl report</c>: one self-contained page for a bug tracker.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var command = Examples.Command(
            "report",
            "One self-contained HTML page for a bug tracker: findings, charts, tables, loops, fault verdicts with evidence. As text, json, csv or md: what `ktl analyze` prints.",
            "ktl report samples/pm-timer-loop.txt -o report.html");
        var shared = TraceOptionsSet.AddTo(command, formats: FormatChoice.Page);
        var minIterations = LoopOptions.MinIterations();
        command.Add(minIterations);
        command.SetAction(parsed => Guard.Run(() => Run(shared.Bind(parsed), LoopOptions.Check(parsed.GetValue(minIterations)))));
        return command;
    }

    private static int Run(TraceRequest request, int minIterations)
    {
        var charts = new RadzenChartRenderer();
        if (request.Format == "html") charts.WarmUp(ChartKind.Stacked);
        using var progress = TraceSession.Bar(request);
        using var trace = TraceSession.Open(request.Files[0], request, progress);
        var suite = new AnalysisSuite(minIterations, info: trace.Info, replay: SidecarFacts.Options(request.Files[0]));
        var byReason = new ExitRate(RateKey.Reason);
        var byVcpu = new ExitRate(RateKey.Vcpu);
        var run = TraceSession.Run(trace, request, [.. suite.Observers, byReason, byVcpu], suite.SeeBatch);
        var report = suite.Report("report", run with { Processes = SidecarFacts.Processes(request.Files[0]) }, request.Dmesg);
        if (request.Format != "html")
        {
            ReportWriter.Write(report, request with { Table = request.Table ?? "exits" });
            return Guard.Ok;
        }

        report.Charts.Add(byReason.Chart(run, ChartKind.Stacked, suite.Loops));
        if (run.Replayer.Lanes.Count(l => l.IsVcpu) > 1) report.Charts.Add(byVcpu.Chart(run, ChartKind.Heatmap, suite.Loops) with { Id = "rate-vcpu" });
        var options = new OutputOptions
        {
            Title = Path.GetFileName(request.Files[0]),
            CommandLine = ShellLine.Of(["ktl", .. Environment.GetCommandLineArgs().Skip(1)]),
            Version = ProgramVersion.Short,
        };
        FileOutput.Write(request.Output, stream => new HtmlOutput(charts).Write(report, stream, options));
        return Guard.Ok;
    }
}
