using System.CommandLine;
using KvmTraceLab.Analysis;
using KvmTraceLab.Cli.EventLists;
using KvmTraceLab.Output.Files;
using KvmTraceLab.Output.Text;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Cli.Commands;

/// <summary><c>ktl events</c>: every event, filtered.</summary>
internal static class EventsCommand
{
    public static Command Create()
    {
        var command = Examples.Command(
            "events",
            "Every event, filtered. Formats: text, csv, json (one object, its events one a line), md, and trace-cmd (as `trace-cmd report -N -t` prints: one line an event, for grep).",
            "ktl events samples/pm-timer-loop.txt --event kvm_cr,kvm_msr",
            "ktl events trace.dat --around 4327.3734 -C 20",
            "ktl events trace.dat --format csv -o events.csv");
        var shared = TraceOptionsSet.AddTo(command, formats: new FormatChoice([.. EventWriters.Names]));
        var names = new Option<string[]>("--event") { Description = "only these events", HelpName = "NAME,…" };
        var around = new Option<string?>("--around") { Description = "only the events around this time (as the trace prints it)", HelpName = "S" };
        var context = new Option<int>("--context", "-C") { Description = "with --around: so many events before and after (default 10)", DefaultValueFactory = _ => 10, HelpName = "N" };
        var notUnderstood = new Option<bool>("--not-understood") { Description = "only events whose fields could not be read" };
        command.Add(names);
        command.Add(around);
        command.Add(context);
        command.Add(notUnderstood);
        command.SetAction(parsed => Guard.Run(() =>
        {
            var request = shared.Bind(parsed);
            var wanted = (parsed.GetValue(names) ?? []).SelectMany(n => n.Split(',', StringSplitOptions.RemoveEmptyEntries)).ToHashSet(StringComparer.Ordinal);
            var count = parsed.GetValue(context);
            if (parsed.GetResult(context) is { Implicit: false } && parsed.GetResult(around) is null) throw new UsageException("-C: goes with --around");
            if (count < 0) throw new UsageException($"-C {count}: a number of events, 0 or more");
            return Run(request, new EventSelection(wanted, TraceTime.Parse("--around", parsed.GetValue(around)), count, parsed.GetValue(notUnderstood)));
        }));
        return command;
    }

    /// <summary>Every event as CSV.</summary>
    public static int Csv(TraceRequest request) => Run(request with { Format = "csv" }, new EventSelection(new HashSet<string>(), null, 0, false));

    private static int Run(TraceRequest request, EventSelection selection)
    {
        var format = request.Format;
        using var progress = TraceSession.Bar(request);
        using var trace = TraceSession.Open(request.Files[0], request, progress);
        FileOutput.Write(request.Output, stream =>
        {
            using var writer = EventWriters.Open(format, stream, trace.Info);
            var filter = new EventPicker(selection, trace.Info, writer);
            var overview = new Overview();
            var run = TraceSession.Run(trace, request, [filter, overview]);
            filter.Finish(overview.Head(run));
            SayMissing(selection.Names, run);
        });
        return Guard.Ok;
    }

    /// <summary>A misspelt name looks like an event that never happened.</summary>
    private static void SayMissing(IReadOnlySet<string> wanted, TraceRun run)
    {
        var there = Overview.Events(run).Select(e => e.Name).ToList();
        foreach (var name in wanted.Where(n => !there.Contains(n, StringComparer.Ordinal)).Order(StringComparer.Ordinal))
            Console.Error.WriteLine($"ktl: no event '{SafeText.Clean(name)}' here{Spelling.Hint(name, there)} (`ktl info` lists those of the trace)");
    }
}
