using System.CommandLine;
using KvmTraceLab.Analysis.Recording;
using KvmTraceLab.Cli.Record;

namespace KvmTraceLab.Tests.Recording;

public sealed class RecordCommandTests
{
    /// <summary>A shell that hears SIGINT, also where the tests run in the background of another: a signal that was ignored at its start cannot be trapped.</summary>
    private const string Shell = "/usr/bin/env";

    private static readonly string[] Script = ["--default-signal=INT", "/bin/sh", "-c"];

    [Fact]
    public void A_dry_run_prints_the_command_and_the_facts_and_does_nothing()
    {
        var (code, output, error) = Run(FakeHost.WithGuest(), "--dry-run", "--pid", "16100", "--seconds", "2.5", "-o", "/nowhere/t.dat");
        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("/usr/bin/trace-cmd record -e kvm -e kvmmmu -b 32768 -C mono -P 16100,16105,16106 -o /nowhere/t.dat\n", output, StringComparison.Ordinal);
        Assert.Contains("# stops after 2.5 s or on Ctrl-C", output, StringComparison.Ordinal);
        Assert.Contains("\"bit\": \"0x7.ecx[7]\"", output, StringComparison.Ordinal);
        Assert.Contains("host,level=30,+vmx-mbec", output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_trace_cmd_one_line_says_what_to_install()
    {
        var (code, output, error) = Run(FakeHost.WithGuest(traceCmd: false));
        Assert.Equal((2, ""), (code, output));
        Assert.Equal("ktl record: trace-cmd is not installed: install the package trace-cmd (apt install trace-cmd, dnf install trace-cmd)\n", error);
        Assert.Contains("# cannot start: trace-cmd is not installed", Run(FakeHost.WithGuest(traceCmd: false), "--dry-run").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seconds", "0")]
    [InlineData("--seconds", "NaN")]
    [InlineData("--buffer-kb", "0")]
    [InlineData("--pid", "-1")]
    [InlineData("-o", "-")]
    public void Options_out_of_range_are_refused(params string[] arguments)
    {
        var (code, _, error) = Run(FakeHost.WithGuest(), arguments);
        Assert.Equal(2, code);
        Assert.StartsWith("ktl record: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_the_time_reaches_the_recorder_as_SIGINT_and_its_code_comes_back()
    {
        // A stand-in that, like trace-cmd, writes its trace after SIGINT and not when it is killed.
        string path = Path.Combine(Path.GetTempPath(), $"ktl-{Guid.NewGuid():N}.dat");
        try
        {
            var plan = new RecordPlan(Shell, [.. Script, $"trap 'echo whole > {path}; exit 7' INT; while :; do sleep 0.02; done"], 0.3, path, path + ".ktl.json", [], []);
            Assert.Equal(7, Recorder.Run(plan, out string? problem));
            Assert.Null(problem);
            Assert.Equal("whole\n", File.ReadAllText(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_recorder_that_is_not_ready_for_SIGINT_is_waited_for()
    {
        // Killed by a signal before the trap it would end with 130 and write nothing, as trace-cmd does while it sets up.
        string path = Path.Combine(Path.GetTempPath(), $"ktl-{Guid.NewGuid():N}.dat");
        try
        {
            File.WriteAllText(path + ".cpu0", "of an earlier run");
            var plan = new RecordPlan(
                Shell, [.. Script, $"sleep 0.5; trap 'echo whole > {path}; exit 7' INT; : > {path}.cpu0; while :; do sleep 0.02; done"], 0.05, path, path + ".ktl.json", [], [])
            {
                ReadyPath = path + ".cpu0",
            };
            Assert.Equal(7, Recorder.Run(plan, out string? problem));
            Assert.Null(problem);
            Assert.Equal("whole\n", File.ReadAllText(path));
        }
        finally
        {
            File.Delete(path);
            File.Delete(path + ".cpu0");
        }
    }

    [Fact]
    public void A_recorder_that_catches_SIGINT_but_makes_no_file_is_not_waited_for_long()
    {
        string path = Path.Combine(Path.GetTempPath(), $"ktl-{Guid.NewGuid():N}.dat");
        try
        {
            var plan = new RecordPlan(Shell, [.. Script, $"trap 'echo whole > {path}; exit 7' INT; i=0; while [ $i -lt 1500 ]; do sleep 0.02; i=$((i+1)); done"], 0.05, path, path + ".ktl.json", [], [])
            {
                ReadyPath = path + ".cpu0",
            };
            Assert.Equal(7, Recorder.Run(plan, out _));
            Assert.Equal("whole\n", File.ReadAllText(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_directory_that_is_not_there_is_told_before_anything_is_recorded()
    {
        var (code, _, error) = Run(FakeHost.WithGuest(), "-o", "/nowhere/t.dat");
        Assert.Equal(2, code);
        Assert.Equal("ktl record: -o /nowhere/t.dat: there is no directory /nowhere\n", error);
    }

    [Fact]
    public void A_recorder_that_ends_before_it_is_ready_is_not_waited_for()
    {
        var plan = new RecordPlan("/bin/sh", ["-c", "exit 3"], 60, "x", "y", [], []) { ReadyPath = "/nowhere/x.cpu0" };
        Assert.Equal(3, Recorder.Run(plan, out string? problem));
        Assert.Null(problem);
    }

    [Fact]
    public void A_program_that_does_not_start_is_a_problem()
    {
        Assert.Null(Recorder.Run(new RecordPlan("/nowhere/trace-cmd", [], null, "x", "y", [], []), out string? problem));
        Assert.NotEmpty(problem!);
    }

    private static (int Code, string Output, string Error) Run(IHost host, params string[] arguments)
    {
        var output = new StringWriter { NewLine = "\n" };
        var error = new StringWriter { NewLine = "\n" };
        int code = RecordCommand.Create(host).Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}
