using System.Diagnostics;
using System.Text;

namespace KvmTraceLab.Tests.Cli;

/// <summary>Runs the built program as people do: a process of its own, in the root of the repository.</summary>
internal static class Ktl
{
    internal sealed record Result(int Code, string Output, string Error)
    {
        /// <summary>Exit code 2 and one line on standard error.</summary>
        public string Refused()
        {
            Assert.Equal(2, Code);
            Assert.Equal("", Output);
            var line = Assert.Single(Error.TrimEnd('\n').Split('\n'));
            Assert.StartsWith("ktl: ", line, StringComparison.Ordinal);
            return line;
        }
    }

    public static Result Run(params string[] arguments) => RunWith(null, arguments);

    public static Result RunWith(Action<Stream>? input, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = Analyzed.Root };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "ktl.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.StandardOutputEncoding = start.StandardErrorEncoding = new UTF8Encoding(false);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            input?.Invoke(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // it has seen enough
        }

        if (!process.WaitForExit(60_000))
        {
            process.Kill();
            throw new TimeoutException("ktl did not end: " + string.Join(' ', arguments));
        }

        return new Result(process.ExitCode, output.Result, error.Result);
    }
}
