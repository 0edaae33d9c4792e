using System.CommandLine;
using System.Text.Json.Nodes;
using KvmTraceLab.Analysis;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Cli.Commands;

/// <summary><c>ktl analyze</c>: the main job.</summary>
internal static class AnalyzeCommand
{
    private static readonly string[] Conditions = ["bug", "loop", "lost", "not-understood"];

    public static Command Create()
    {
        var command = Examples.Command(
            "analyze",
            "One report: health, exits by reason, hot RIPs, ports, MSRs and GPAs, loops, fault verdicts, what to do next.",
            "ktl analyze samples/pm-timer-loop.txt",
            "ktl analyze trace.dat --format json -o report.json",
            "trace-cmd report | ktl analyze - --format md");
        var shared = TraceOptionsSet.AddTo(command, several: true);
        var minIterations = LoopOptions.MinIterations();
        var failOn = new Option<string[]>("--fail-on") { Description = $"exit code 1 where this is found: {string.Join(", ", Conditions)}", HelpName = "WHAT" };
        command.Add(minIterations);
        command.Add(failOn);
        command.SetAction(parsed => Guard.Run(() =>
            Run(shared.Bind(parsed), LoopOptions.Check(parsed.GetValue(minIterations)), FailOn(parsed.GetValue(failOn)))));
        return command;
    }

    private static int Run(TraceRequest request, int minIterations, IReadOnlyList<string> failOn)
    {
        if (request is { Format: "csv", Files.Count: > 1 }) throw new UsageException("--format csv: one FILE at a time; --format json has several");
        request = request with { Table = request.Table ?? "exits" };
        if (request.Files.Count > 1) return Several(request, minIterations, failOn);
        var (report, _) = One(request.Files[0], request, minIterations);
        ReportWriter.Write(report, request);
        return ExitCode(report, failOn);
    }

    /// <summary>A file that cannot be read does not keep the others from being told of; the exit code says so all the same.</summary>
    private static int Several(TraceRequest request, int minIterations, IReadOnlyList<string> failOn)
    {
        var reports = new List<Report>();
        var files = new List<FileSummary>();
        foreach (var file in request.Files)
        {
            try
            {
                var (report, summary) = One(file, request, minIterations);
                reports.Add(report);
                files.Add(summary);
            }
            catch (Exception e) when (e is TraceException or IOException or UnauthorizedAccessException)
            {
                Guard.Complain(e);
                files.Add(new FileSummary { Path = file, Unread = e.Message });
            }
        }

        if (reports.Count == 0) return Guard.CannotDo;
        ReportWriter.Write(JoinedReports.Of("analyze", files, reports), request);
        if (reports.Count < files.Count) return Guard.CannotDo;
        var codes = reports.ConvertAll(r => ExitCode(r, failOn));
        // What is certain of one file outweighs what another cannot tell.
        return codes.Contains(Guard.DoesNotHold) ? Guard.DoesNotHold : codes.Max();
    }

    private static (Report Report, FileSummary Summary) One(string file, TraceRequest request, int minIterations)
    {
        using var progress = TraceSession.Bar(request);
        using var trace = TraceSession.Open(file, request, progress);
        var suite = new AnalysisSuite(minIterations, info: trace.Info, replay: SidecarFacts.Options(file));
        var run = TraceSession.Run(trace, request, suite.Observers, suite.SeeBatch);
        var report = suite.Report("analyze", run with { Processes = SidecarFacts.Processes(file) }, request.Dmesg);
        if (request.Files.Count > 1) _ = report.Document; // made now, so that what it is made of can go
        return (report, FileSummary.Of(file, run));
    }

    private static string[] FailOn(string[]? words)
    {
        var all = (words ?? []).SelectMany(w => w.Split(',', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        foreach (var word in all)
            if (!Conditions.Contains(word)) throw new UsageException($"--fail-on {word}: known are {string.Join(", ", Conditions)}");
        return all;
    }

    private static int ExitCode(Report report, IReadOnlyList<string> failOn)
    {
        if (failOn.Count == 0) return Guard.Ok; // the document is not made for nothing
        var document = report.Document;
        var code = Guard.Ok;
        foreach (var condition in failOn)
        {
            var holds = condition switch
            {
                "bug" => document["faults"]?["bugs"] is JsonArray { Count: > 0 } || report.Headlines.Exists(h => h.Kind == HeadlineKind.Bug),
                "loop" => document["loops"]!.AsArray().Any(l => l!["kind"]!.GetValue<string>() != "sweep"),
                "lost" => document["health"]!["lostEvents"]!.GetValue<long>() + document["health"]!["lostUnknown"]!.GetValue<long>() > 0,
                _ => document["health"]!["notUnderstood"]!.GetValue<long>() > 0,
            };
            if (holds) return Guard.DoesNotHold;
            if (condition == "bug" && document["faults"]?["overall"]?.GetValue<string>() == "undecidable") code = Guard.CannotTell;
        }

        return code;
    }
}
