using System.CommandLine;
using KvmTraceLab.Analysis;
using KvmTraceLab.Analysis.Exits;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Cli.Commands;

/// <summary><c>ktl exits</c>: exit statistics by one or more keys, and single slow exits.</summary>
internal static class ExitsCommand
{
    public static Command Create()
    {
        var command = Examples.Command(
            "exits",
            "Exit statistics: counts, shares and times by reason, RIP, port, MSR, GPA page, vCPU or level; single slow exits.",
            "ktl exits samples/pm-timer-loop.txt --by reason,rip",
            "ktl exits trace.dat --by vcpu,reason --format csv",
            "ktl exits trace.dat --than 1ms");
        var shared = TraceOptionsSet.AddTo(command);
        var by = new Option<string>("--by") { Description = $"keys, one or more: {string.Join(", ", ExitKeys.Names)}", DefaultValueFactory = _ => "reason", HelpName = "KEY,…" };
        var than = new Option<string?>("--than") { Description = "also list exits that took longer (500us, 1ms, 2s), with what happened in them", HelpName = "TIME" };
        var noHlt = new Option<bool>("--without-hlt") { Description = "leave HLT exits out: they are idle time" };
        command.Add(by);
        command.Add(than);
        command.Add(noHlt);
        command.SetAction(parsed => Guard.Run(() => Run(shared.Bind(parsed), Keys(parsed.GetValue(by)!), Units.Duration("--than", parsed.GetValue(than)), parsed.GetValue(noHlt))));
        return command;
    }

    private static int Run(TraceRequest request, IReadOnlyList<ExitKey> keys, long? than, bool withoutHlt)
    {
        using var progress = TraceSession.Bar(request);
        using var trace = TraceSession.Open(request.Files[0], request, progress);
        var overview = new Overview();
        var groups = new ExitGroups(keys, withoutHlt);
        var slow = than is { } limit ? new SlowExits(limit) : null;
        TraceObserver[] observers = slow is null ? [overview, groups] : [overview, groups, slow];
        var run = TraceSession.Run(trace, request, observers);
        var report = new Report("exits");
        overview.AddTo(report, run);
        report.Sections.RemoveAll(s => s.Id == "vcpus");
        groups.AddTo(report, run);
        slow?.AddTo(report, run);
        ReportWriter.Write(report, request with { Table = request.Table ?? "exits" });
        return Guard.Ok;
    }

    private static List<ExitKey> Keys(string text)
    {
        var keys = new List<ExitKey>();
        foreach (var word in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
            keys.Add(ExitKeys.TryGet(word, out var key) ? key : throw new UsageException($"--by {word}: known keys are {string.Join(", ", ExitKeys.Names)}"));
        return keys.Count > 0 ? keys : throw new UsageException("--by needs at least one key");
    }
}
