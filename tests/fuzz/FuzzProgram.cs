using System.Diagnostics;
using KvmTraceLab.Tests.Fuzz;

namespace KvmTraceLab.Fuzz;

/// <summary>Runs the fuzzer of the test project for so many minutes and keeps the inputs of its findings.</summary>
internal static class FuzzProgram
{
    private const double HangSeconds = 20;
    private const int MostFindings = 200;

    public static int Run(int seed, double minutes, int first, int count, string fixtures, string keep)
    {
        var folder = Directory.CreateTempSubdirectory("ktl-fuzz-").FullName;
        try
        {
            var runner = new FuzzRunner(FuzzCorpus.Load(fixtures), folder);
            var findings = new Dictionary<string, int>(StringComparer.Ordinal);
            var lines = Console.Out;
            using var watchdog = new Timer(_ => Watch(runner, lines, keep), null, 1000, 1000);
            void Found(int index, string trouble)
            {
                var key = runner.Args[0] + " " + (trouble.StartsWith("unhandled", StringComparison.Ordinal) ? string.Join('\n', trouble.Split('\n').Take(3)) : trouble.Split(" at ")[0]);
                key = new string([.. key.Where(c => !char.IsAsciiDigit(c))]);
                key = key[..Math.Min(300, key.Length)];
                findings[key] = findings.GetValueOrDefault(key) + 1;
                if (findings[key] > 1 || findings.Count > MostFindings) return;
                Save(runner, keep, seed, index);
                lines.WriteLine($"FINDING seed {seed} case {index}: ktl {string.Join(' ', runner.Args)}\n  {trouble[..Math.Min(trouble.Length, 1500)]}");
            }

            var watch = Stopwatch.StartNew();
            var done = runner.RunFor(seed, count > 0 ? TimeSpan.MaxValue : TimeSpan.FromMinutes(minutes), count > 0 ? count : int.MaxValue, first, Found, n =>
            {
                if (n % 10_000 == 0) lines.WriteLine($"{n} cases, {watch.Elapsed.TotalSeconds:f0} s, {findings.Count} kinds of findings, {Environment.WorkingSet >> 20} MB");
            });
            lines.WriteLine($"seed {seed}: {done} cases from {first} in {watch.Elapsed.TotalSeconds:f0} s, {findings.Values.Sum()} findings of {findings.Count} kinds, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB");
            foreach (var (key, n) in findings.OrderByDescending(f => f.Value)) lines.WriteLine($"  {n} x {key.ReplaceLineEndings(" | ")}");
            return findings.Count == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int _lastIndex = -1;
    private static long _since;

    private static void Watch(FuzzRunner runner, TextWriter lines, string keep)
    {
        if (runner.Index != _lastIndex)
        {
            _lastIndex = runner.Index;
            _since = Stopwatch.GetTimestamp();
            return;
        }

        if (Stopwatch.GetElapsedTime(_since).TotalSeconds < HangSeconds || _lastIndex <= 0) return;
        Save(runner, keep, -1, runner.Index);
        lines.WriteLine($"HANG: case {runner.Index} runs for more than {HangSeconds} s: ktl {string.Join(' ', runner.Args)}");
        lines.Flush();
        Environment.Exit(3);
    }

    private static void Save(FuzzRunner runner, string keep, int seed, int index)
    {
        Directory.CreateDirectory(keep);
        File.WriteAllBytes(Path.Combine(keep, $"{seed}-{index}.bin"), runner.Input);
        File.WriteAllText(Path.Combine(keep, $"{seed}-{index}.args"), string.Join('\n', runner.Args));
    }
}
