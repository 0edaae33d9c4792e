using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using KvmTraceLab.Analysis.Recording;
using KvmTraceLab.Output;
using KvmTraceLab.Output.Files;

namespace KvmTraceLab.Cli.Record;

/// <summary><c>ktl record</c>: trace-cmd with the right events, and the host facts beside the trace.</summary>
internal static class RecordCommand
{
    /// <summary>A day; longer recordings fill disks and are a typing mistake.</summary>
    private const double MostSeconds = 86_400;

    internal static Command Create() => Create(new LinuxHost());

    internal static Command Create(IHost host)
    {
        var output = new Option<string>("--output", "-o") { Description = "trace to write", DefaultValueFactory = _ => "trace.dat", HelpName = "FILE" };
        var pids = new Option<int[]>("--pid", "-P") { Description = "record the threads of this process alone (may be repeated)", HelpName = "N", AllowMultipleArgumentsPerToken = true };
        var seconds = new Option<double?>("--seconds", "-s") { Description = "stop after S seconds; else on Ctrl-C", HelpName = "S" };
        var buffer = new Option<int?>("--buffer-kb", "-b") { Description = "ring buffer of each CPU in KiB; else by memory and CPUs", HelpName = "KB" };
        var clock = new Option<string?>("--clock", "-C") { Description = "trace clock; mono where the kernel has it", HelpName = "NAME" };
        var events = new Option<string[]>("--event", "-e") { Description = "further events, as trace-cmd -e takes them (may be repeated)", HelpName = "EVENT" };
        var dryRun = new Option<bool>("--dry-run") { Description = "print what would be done and do nothing" };
        var run = new Argument<string[]>("COMMAND") { Description = "after --: a program with its arguments to start and record until it ends; without it, what runs already", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("record", Examples.Text("Run trace-cmd with the events a replay needs and write the host facts beside the trace.", "ktl record --dry-run", "ktl record --pid 4711 --seconds 10 -o hang.dat", "ktl record -o boot.dat -- qemu-system-x86_64 -accel kvm -kernel bzImage"))
        {
            run, output, pids, seconds, buffer, clock, events, dryRun,
        };
        command.SetAction(parsed =>
        {
            var options = new RecordOptions
            {
                Output = parsed.GetValue(output)!,
                Pids = parsed.GetValue(pids) ?? [],
                Seconds = parsed.GetValue(seconds),
                BufferKb = parsed.GetValue(buffer),
                Clock = parsed.GetValue(clock),
                ExtraEvents = parsed.GetValue(events) ?? [],
                Command = parsed.GetValue(run) ?? [],
            };
            TextWriter @out = parsed.InvocationConfiguration.Output;
            TextWriter error = parsed.InvocationConfiguration.Error;
            if (Mistake(options) is string mistake)
            {
                error.WriteLine($"ktl record: {mistake}");
                return Guard.CannotDo;
            }

            return Run(options, host, parsed.GetValue(dryRun), @out, error);
        });
        return command;
    }

    private static string? Mistake(RecordOptions options) =>
        options.Seconds is double s && !(s > 0 && s <= MostSeconds) ? $"--seconds takes a number above 0 and up to {MostSeconds}"
        : options.BufferKb is < 1 or > 1 << 24 ? "--buffer-kb takes 1 to 16777216"
        : options.Pids.Any(p => p < 1) ? "--pid takes process ids"
        : options.Command.Count > 0 && options.Command[0].StartsWith('-') ? $"no option '{options.Command[0]}'; see --help"
        : options.Command.Count > 0 && options.Pids.Count > 0 ? "--pid records what runs, a command is started: give one of them"
        : options.Command.Count > 0 && options.Seconds is not null ? "a command is recorded until it ends: not --seconds S, but `-- timeout S COMMAND`"
        : options.Output is "" or "-" ? "-o takes a file: trace-cmd cannot write to a pipe"
        : null;

    private static int Run(RecordOptions options, IHost host, bool dryRun, TextWriter @out, TextWriter error)
    {
        RecordPlan plan = RecordPlanner.Plan(options, host);
        if (dryRun)
        {
            Describe(plan, HostFactsCollector.Collect(host, options.Pids, plan.CommandLineWithoutSecrets), @out);
            return Guard.Ok;
        }

        if (plan.Problems.Count > 0)
        {
            error.WriteLine($"ktl record: {string.Join("; ", plan.Problems)}");
            return Guard.CannotDo;
        }

        if (Path.GetDirectoryName(Path.GetFullPath(plan.TracePath)) is { } folder && !Directory.Exists(folder))
        {
            error.WriteLine($"ktl record: -o {plan.TracePath}: there is no directory {folder}");
            return Guard.CannotDo;
        }

        // Whoever presses Ctrl-C again while the host facts are written gets them all the same.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, static context => context.Cancel = true);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, static context => context.Cancel = true);

        // Before the start: a guest that crashes takes its command line with it.
        HostFacts facts = HostFactsCollector.Collect(host, options.Pids, plan.CommandLineWithoutSecrets);
        foreach (string note in plan.Notes) error.WriteLine($"ktl record: {note}");
        DateTime? before = Written(plan.TracePath);
        int? code = Recorder.Run(plan, out string? problem);
        if (code is null)
        {
            error.WriteLine($"ktl record: {plan.Program} does not start: {problem}");
            return Guard.CannotDo;
        }

        // One that was there before is no result of this run.
        bool wrote = Written(plan.TracePath) is { } now && now != before;
        if (code != 0 || !wrote)
        {
            error.WriteLine($"ktl record: trace-cmd ended with {code}{(wrote ? "" : $" and wrote no {plan.TracePath}")}; its own message stands above");
            if (!wrote) return Guard.CannotDo;
        }

        try
        {
            FileOutput.Write(plan.SidecarPath, stream => stream.Write(Encoding.UTF8.GetBytes(facts.ToJson())));
        }
        catch (OutputException e)
        {
            error.WriteLine($"ktl record: {e.Message}; the trace is whole, only the host facts are missing");
            return Guard.CannotDo;
        }

        error.WriteLine($"ktl record: wrote {plan.TracePath} and {plan.SidecarPath}; now: ktl analyze {plan.TracePath}");
        return code == 0 ? Guard.Ok : Guard.CannotDo;
    }

    private static DateTime? Written(string path) => File.Exists(path) ? File.GetLastWriteTimeUtc(path) : null;

    private static void Describe(RecordPlan plan, HostFacts facts, TextWriter @out)
    {
        @out.WriteLine(plan.CommandLine);
        foreach (string problem in plan.Problems) @out.WriteLine($"# cannot start: {problem}");
        foreach (string note in plan.Notes) @out.WriteLine($"# {note}");
        @out.WriteLine(plan.EndsByItself
            ? "# stops when the command ends or on Ctrl-C"
            : plan.Seconds is double s
            ? $"# stops after {s.ToString(CultureInfo.InvariantCulture)} s or on Ctrl-C, by SIGINT to trace-cmd"
            : "# stops on Ctrl-C, by SIGINT to trace-cmd");
        @out.WriteLine($"# then writes {plan.SidecarPath}:");
        @out.Write(facts.ToJson());
    }
}
