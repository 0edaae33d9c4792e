using System.Diagnostics;

namespace KvmTraceLab.Mutation;

/// <summary>A child process that runs tests against mutants, so that a mutant which never ends can be ended.</summary>
internal sealed class Worker(string bin, string subject, string areas, int seconds) : IDisposable
{
    private Process? _process;

    /// <summary>The child's side: one line with a path and a number in, one line with the failed test (or nothing) out.</summary>
    public static int Serve(string bin, string subject, string areas)
    {
        var output = Console.Out;
        Console.SetOut(TextWriter.Null); // tests may print
        Console.SetError(TextWriter.Null);
        var bed = new TestBed(bin, subject, areas.Split(','));
        var first = true;
        while (Console.In.ReadLine() is { } asked)
        {
            var (path, number) = (asked[..asked.LastIndexOf(' ')], int.Parse(asked.AsSpan(asked.LastIndexOf(' ') + 1), System.Globalization.CultureInfo.InvariantCulture));
            var timings = first ? new Dictionary<string, long>(StringComparer.Ordinal) : null;
            var failure = bed.Run(path, number, timings);
            if (first && failure is null) bed.Sort(timings!);
            if (first && failure is null) output.WriteLine($"={timings!.Count} tests, {timings.Values.Sum()} ms");
            else output.WriteLine(failure is null ? "=" : $"-{failure.ReplaceLineEndings(" ")}");
            output.Flush();
            first = false;
            if (Environment.WorkingSet > 1_500_000_000) GC.Collect();
        }

        return 0;
    }

    /// <summary>Null when every test passed, else what failed.</summary>
    /// <param name="path">The mutated assembly.</param>
    /// <param name="number">Which of its mutants; 0 for the only one.</param>
    /// <param name="unchanged">The assembly without a change: a new child runs it first, to put its tests in order.</param>
    public string? Judge(string path, int number, string unchanged)
    {
        if (_process is null or { HasExited: true })
        {
            Start();
            if (Ask(unchanged, 0, 600) is { } broken) throw new InvalidOperationException($"the tests fail without any change: {broken}");
        }

        var answer = Ask(path, number, seconds);
        if (answer == TestBed.Stained) Kill();
        return answer;
    }

    /// <summary>What the child said about the unchanged assembly.</summary>
    public string Baseline { get; private set; } = "";

    public void Dispose() => Kill();

    private string? Ask(string path, int number, int limit)
    {
        var answer = Task.Run(() =>
        {
            _process!.StandardInput.WriteLine($"{path} {number}");
            _process.StandardInput.Flush();
            return _process.StandardOutput.ReadLine();
        });
        if (!answer.Wait(TimeSpan.FromSeconds(limit)))
        {
            Kill();
            return "time is up";
        }

        if (answer.Result is not { } line)
        {
            Kill();
            return "the process died";
        }

        if (line.Length > 1 && line[0] == '=') Baseline = line[1..];
        return line[0] == '=' ? null : line[1..];
    }

    private void Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(Worker).Assembly.Location);
        foreach (var argument in (string[])["--serve", bin, subject, areas]) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
    }

    private void Kill()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        _process = null;
    }
}
