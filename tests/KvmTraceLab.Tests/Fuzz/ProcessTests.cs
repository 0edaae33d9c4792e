using System.Diagnostics;
using System.Text;
using KvmTraceLab.Cli;

namespace KvmTraceLab.Tests.Fuzz;

/// <summary>What only a process of its own shows: pipes that close, disks that are full, signals, two runs at once.</summary>
public sealed class ProcessTests : IDisposable
{
    private static readonly string Ktl = typeof(Root).Assembly.Location;

    private readonly string _folder = Directory.CreateTempSubdirectory("ktl-process-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Big(int turns = 20_000)
    {
        var path = Path.Combine(_folder, "big.txt");
        using var text = new StreamWriter(path, false, new UTF8Encoding(false)) { NewLine = "\n" };
        for (var i = 0; i < turns; i++)
        {
            var (s, us) = (i / 100_000, i % 100_000 * 10);
            text.WriteLine($"       CPU 0/KVM-16105 [000] {s,5}.{us:d6}: kvm_exit:             reason IO_INSTRUCTION rip 0xfff info 608000b 0");
            text.WriteLine($"       CPU 0/KVM-16105 [000] {s,5}.{us + 3:d6}: kvm_entry:             vcpu 0 rip 0xfff");
        }

        return path;
    }

    /// <summary>Runs a shell line in which <c>$KTL</c> is the program; returns exit code, output and errors.</summary>
    private (int Code, string Out, string Error) Shell(string line)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", "ktl() { dotnet \"$KTL\" \"$@\"; }; set -o pipefail; " + line])
        {
            WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["KTL"] = Ktl;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(120_000), line);
        return (process.ExitCode, output, error.Result);
    }

    [Theory]
    [InlineData("ktl events big.txt | head -1")]
    [InlineData("ktl mmu table ept_gpte | head -1")]
    public void A_closed_pipe_is_no_error(string line)
    {
        Big();
        var (code, output, error) = Shell(line);
        Assert.Equal((0, ""), (code, error));
        Assert.Single(output.TrimEnd().Split('\n'));
    }

    /// <summary>What nobody reads need not be made: the trace after the first lines is not read any more.</summary>
    [Fact]
    public void A_reader_that_leaves_ends_the_reading()
    {
        Big();

        // The pipe is closed by the time the second half comes; who reads on to the end takes it.
        Shell("{ cat big.txt; sleep 2; cat big.txt && echo > taken; } 2> /dev/null | ktl events - | head -1 > /dev/null");
        Assert.False(File.Exists(Path.Combine(_folder, "taken")));
    }

    [Fact]
    public void A_closed_standard_input_is_one_line_and_2()
    {
        var (code, output, error) = Shell("timeout 30 dotnet \"$KTL\" analyze - <&-");
        Assert.Equal((2, ""), (code, output));
        Assert.Equal("ktl: -: standard input is closed; give a file, or pipe a trace in\n", error);
    }

    [Theory]
    [InlineData("ktl events big.txt > /dev/full")]
    [InlineData("ktl analyze big.txt -o /dev/full")]
    public void A_full_disk_is_one_line_and_2(string line)
    {
        Big();
        var (code, _, error) = Shell(line);
        Assert.Equal(2, code);
        Assert.StartsWith("ktl: ", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public void A_signal_ends_it_and_leaves_nothing_behind(string signal, int expected)
    {
        Big();

        // The pipe stays open behind the file: the program waits for more when the signal comes, and must not wait for that.
        var (code, output, _) = Shell(
            "set -m; mkfifo p; exec 4<> p; env --default-signal=INT,HUP dotnet \"$KTL\" events - -o out.txt < p & k=$!; cat big.txt > p; sleep 1.5; ls | grep -c out.txt; " +
            $"kill -{signal} $k; sleep 4; kill -KILL $k 2> /dev/null; wait $k");
        Assert.Equal((expected, "1\n"), (code, output));
        Assert.Equal(["big.txt", "p"], Directory.EnumerateFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_file_that_is_cut_or_grows_while_it_is_read_ends_in_an_answer()
    {
        Big(60_000);
        var (code, _, error) = Shell("(sleep 0.15; truncate -s 100000 big.txt; sleep 0.05; echo more >> big.txt) & ktl analyze big.txt -o out.txt; c=$?; wait; exit $c");
        Assert.InRange(code, 0, 2);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_at_once_leave_one_whole_file()
    {
        Big();
        var (code, _, error) = Shell("ktl events big.txt --format csv -o out.txt & ktl events big.txt --format csv -o out.txt; c=$?; wait $! || c=$?; exit $c");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(1 + 40_000, File.ReadLines(Path.Combine(_folder, "out.txt")).Count());
        Assert.Equal(["big.txt", "out.txt"], Directory.EnumerateFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Standard_input_gives_what_the_file_gives()
    {
        Big(1000);
        var (code, output, error) = Shell("ktl exits big.txt --format csv; cat big.txt | ktl exits - --format csv");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(output[..(output.Length / 2)], output[(output.Length / 2)..]);
    }
}
