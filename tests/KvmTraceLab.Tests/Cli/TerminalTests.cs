using System.Diagnostics;
using System.Text.RegularExpressions;
using KvmTraceLab.Cli;

namespace KvmTraceLab.Tests.Cli;

/// <summary>What a terminal gets: no colour where NO_COLOR is set, no bar with --quiet, columns that line up.</summary>
public sealed class TerminalTests
{
    private const string Sample = "samples/pm-timer-loop.txt";

    /// <summary>Runs ktl on a terminal of its own (script of util-linux); null where there is none.</summary>
    private static string? OnTerminal(string arguments, bool noColor)
    {
        if (!File.Exists("/usr/bin/script")) return null;
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", $"dotnet '{typeof(Root).Assembly.Location}' {arguments}", "/dev/null"])
        {
            WorkingDirectory = Analyzed.Root, RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false,
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        if (noColor) start.Environment["NO_COLOR"] = "1";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000));
        Assert.Equal(0, process.ExitCode);
        return output.Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    [Fact]
    public void No_colour_on_a_terminal_that_asks_for_none()
    {
        if (OnTerminal("analyze " + Sample, noColor: true) is not { } plain) return;
        var file = Ktl.Run("analyze", Sample).Output;
        Assert.Equal(file, WithoutBar(Plain(plain)));
        Assert.DoesNotMatch("\e\\[[0-9;]*m", plain);
        Assert.Equal(file, WithoutBar(Plain(OnTerminal("analyze " + Sample, noColor: false)!)));
    }

    [Fact]
    public void Quiet_prints_the_report_and_nothing_else()
    {
        if (OnTerminal($"analyze {Sample} --quiet", noColor: true) is not { } text) return;
        Assert.Equal(Ktl.Run("analyze", Sample).Output, Plain(text));
        Assert.DoesNotContain('%' + "\r", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_version_names_the_commit() =>
        Assert.Matches(@"^\d+\.\d+\.\d+(\+[0-9a-f]{40})?\n$", Ktl.Run("--version").Output);

    /// <summary>A busy machine may take the second after which the bar shows.</summary>
    private static string WithoutBar(string text) => Regex.Replace(text, "\r[^\n]*\r", "");

    /// <summary>What .NET itself sends to switch a terminal's keypad, and colours.</summary>
    private static string Plain(string text) => Regex.Replace(text, "\e\\[[0-9;?]*[a-zA-Z]|\e[=>]", "");
}
