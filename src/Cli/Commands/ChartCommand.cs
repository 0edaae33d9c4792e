using System.CommandLine;
using System.Text;
using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Analysis.Rates;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output.Charts;
using KvmTraceLab.Output.Files;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Cli.Commands;

/// <summary><c>ktl chart</c>: exit rate over time.</summary>
internal static class ChartCommand
{
    public static Command Create()
    {
        var command = Examples.Command(
            "chart",
            "Exit rate over time by reason, vCPU or RIP as SVG (or PNG, where rsvg-convert is installed); loops and lost spans shaded, CR4 writes marked. As text, json, csv or md: the figures.",
            "ktl chart samples/pm-timer-loop.txt -o rate.svg",
            "ktl chart trace.dat --by vcpu --kind heatmap --window 100ms -o rate.png",
            "ktl chart samples/shadow-paging.dat --format csv");
        var shared = TraceOptionsSet.AddTo(command, formats: FormatChoice.Chart);
        var by = new Option<string>("--by") { Description = "reason, vcpu or rip (default reason)", DefaultValueFactory = _ => "reason", HelpName = "KEY" };
        var kind = new Option<string>("--kind") { Description = "line, stacked, heatmap or bar (default stacked)", DefaultValueFactory = _ => "stacked", HelpName = "KIND" };
        var window = new Option<string?>("--window") { Description = "width of a window (100ms); default: what suits the span", HelpName = "TIME" };
        command.Add(by);
        command.Add(kind);
        command.Add(window);
        command.SetAction(parsed => Guard.Run(() => Run(shared.Bind(parsed), Key(parsed.GetValue(by)!), Kind(parsed.GetValue(kind)!), Units.Duration("--window", parsed.GetValue(window)))));
        return command;
    }

    private static int Run(TraceRequest request, RateKey key, ChartKind kind, long? window)
    {
        if (window is 0) throw new UsageException("--window 0: a window has a width");
        var charts = new RadzenChartRenderer();
        if (request.Format is "svg" or "png") charts.WarmUp(kind);
        using var progress = TraceSession.Bar(request);
        using var trace = TraceSession.Open(request.Files[0], request, progress);
        var rate = new ExitRate(key, window);
        var loops = new LoopDetector();
        var run = TraceSession.Run(trace, request, [rate, loops]);
        var chart = rate.Chart(run, kind, loops.Loops);
        if (request.Format is "svg" or "png")
        {
            var svg = charts.Svg(chart);
            var bytes = request.Format == "png" ? PngConverter.Convert(svg) : Encoding.UTF8.GetBytes(svg);
            FileOutput.Write(request.Output, stream => stream.Write(bytes));
        }
        else
        {
            var isCsv = request.Format == "csv";
            ReportWriter.Write(RateReport.Of(rate, run, chart, withWindows: isCsv), isCsv ? request with { Table = request.Table ?? "windows" } : request);
        }

        return Guard.Ok;
    }

    private static RateKey Key(string word) => word switch
    {
        "reason" => RateKey.Reason,
        "vcpu" => RateKey.Vcpu,
        "rip" => RateKey.Rip,
        _ => throw new UsageException($"--by {word}: known are reason, vcpu, rip"),
    };

    private static ChartKind Kind(string word) => word switch
    {
        "line" => ChartKind.Line,
        "stacked" => ChartKind.Stacked,
        "heatmap" => ChartKind.Heatmap,
        "bar" => ChartKind.Bar,
        _ => throw new UsageException($"--kind {word}: known are line, stacked, heatmap, bar"),
    };
}
