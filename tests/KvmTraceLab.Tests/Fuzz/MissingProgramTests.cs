using System.Diagnostics;
using KvmTraceLab.Cli;
using KvmTraceLab.Tests.Cli;

namespace KvmTraceLab.Tests.Fuzz;

/// <summary>What the system lacks is said with the package that has it. Each case is a process that really cannot find it (trace-cmd: RecordCommandTests).</summary>
public sealed class MissingProgramTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ktl-missing-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Refused(string variable, string[] arguments)
    {
        // The path of dotnet itself: a PATH without anything must not hide it.
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(Root).Assembly.Location, .. arguments])
        {
            WorkingDirectory = Analyzed.Root, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment[variable] = _folder;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000));
        Assert.Equal((2, ""), (process.ExitCode, output));
        var line = Assert.Single(error.Result.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("ktl: ", line, StringComparison.Ordinal);
        return line;
    }

    /// <summary>The loader looks into LD_LIBRARY_PATH first; what it finds there under the name is no library.</summary>
    [Theory]
    [InlineData("samples/nested-mbec.txt.zst")]
    [InlineData("tests/KvmTraceLab.Tests/Fixtures/dat/small/vmx72-v7-zstd.dat")]
    public void Without_libzstd(string file)
    {
        File.WriteAllText(Path.Combine(_folder, "libzstd.so.1"), "");
        var line = Refused("LD_LIBRARY_PATH", ["info", file]);
        Assert.Contains(file, line, StringComparison.Ordinal);
        Assert.Contains("libzstd1", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_rsvg_convert()
    {
        var target = Path.Combine(_folder, "rate.png");
        Assert.Contains("librsvg2-bin", Refused("PATH", ["chart", "samples/pm-timer-loop.txt", "-o", target]), StringComparison.Ordinal);
        Assert.False(File.Exists(target));
    }
}
