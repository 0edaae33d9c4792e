using System.CommandLine;
using System.Text;
using KvmTraceLab.Analysis.Faults;
using KvmTraceLab.Output.Files;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Cli.Commands;

/// <summary><c>ktl replay</c>: a verdict for every recorded EPT or NPT fault.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var command = Examples.Command(
            "replay",
            "Judges every recorded EPT/NPT fault against the MMU model: expected, or a KVM-side bug, and why.",
            "ktl replay samples/write-livelock.txt",
            "ktl replay trace.dat --fail-on bug",
            "ktl replay trace.dat --each");
        var shared = TraceOptionsSet.AddTo(command);
        var mbec = Switch("--mbec", "mode-based execute control in use: on, off or auto (default)");
        var gmet = Switch("--gmet", "guest mode execute trap in use: on, off or auto (default)");
        var kernel = new Option<string>("--kernel") { Description = "the host's kernel, e.g. 7.1 or 7.2, or auto (default)", DefaultValueFactory = _ => "auto", HelpName = "VERSION" };
        var vendor = new Option<string>("--vendor") { Description = "intel, amd or auto (default)", DefaultValueFactory = _ => "auto", HelpName = "VENDOR" };
        var each = new Option<bool>("--each") { Description = "instead: one JSON object a line for every fault" };
        var failOn = new Option<string?>("--fail-on") { Description = "bug: exit code 1 for a bug verdict, 3 where the trace cannot tell", HelpName = "WHAT" };
        foreach (Option option in new Option[] { mbec, gmet, kernel, vendor, each, failOn }) command.Add(option);
        command.SetAction(parsed => Guard.Run(() =>
        {
            var request = shared.Bind(parsed);
            var options = SidecarFacts.Options(request.Files[0]) with
            {
                Mbec = Read("--mbec", parsed.GetValue(mbec)!),
                Gmet = Read("--gmet", parsed.GetValue(gmet)!),
                Kernel = SidecarFacts.Kernel(parsed.GetValue(kernel)!),
                Intel = parsed.GetValue(vendor) switch
                {
                    "auto" => null,
                    "intel" => true,
                    "amd" => false,
                    var other => throw new UsageException($"--vendor {other}: known are intel, amd, auto"),
                },
            };
            var fail = parsed.GetValue(failOn);
            if (fail is not null and not "bug") throw new UsageException($"--fail-on {fail}: known is bug");
            return parsed.GetValue(each) ? Each(request, options, fail is not null) : Whole(request, options, fail is not null);
        }));
        return command;
    }

    private static int Whole(TraceRequest request, ReplayOptions options, bool failOnBug)
    {
        using var progress = TraceSession.Bar(request);
        using var trace = TraceSession.Open(request.Files[0], request, progress);
        var outcome = ReplayRunner.Run(trace, options, () => request.Filter(trace.Info.TimeUnit), Interrupt.Token);
        ReportWriter.Write(outcome.Report, request with { Table = request.Table ?? "faults" });
        return ExitCode(outcome.Overall, failOnBug);
    }

    /// <summary>One line a fault, as soon as its verdict is known.</summary>
    private static int Each(TraceRequest request, ReplayOptions options, bool failOnBug)
    {
        using var progress = TraceSession.Bar(request);
        using var trace = TraceSession.Open(request.Files[0], request, progress);
        var overall = ReplayOverall.Expected;
        FileOutput.Write(request.Output, stream =>
        {
            var outcome = ReplayRunner.Run(
                trace,
                options with { Each = fault => stream.Write(Encoding.UTF8.GetBytes(FaultDocument.Each(fault).ToJsonString() + "\n")) },
                () => request.Filter(trace.Info.TimeUnit),
                Interrupt.Token);
            overall = outcome.Overall;
        });
        return ExitCode(overall, failOnBug);
    }

    private static int ExitCode(ReplayOverall overall, bool failOnBug) => (failOnBug, overall) switch
    {
        (true, ReplayOverall.KvmBug) => Guard.DoesNotHold,
        (true, ReplayOverall.Undecidable) => Guard.CannotTell,
        _ => Guard.Ok,
    };

    private static Option<string> Switch(string name, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => "auto", HelpName = "on|off|auto" };

    private static bool? Read(string option, string word) => word switch
    {
        "auto" => null,
        "on" => true,
        "off" => false,
        _ => throw new UsageException($"{option} {word}: known are on, off, auto"),
    };
}
