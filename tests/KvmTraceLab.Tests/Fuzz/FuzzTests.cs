using System.Globalization;
using System.Runtime.CompilerServices;

namespace KvmTraceLab.Tests.Fuzz;

/// <summary>Tests that replace the process's standard error run alone.</summary>
[CollectionDefinition("fuzz", DisableParallelization = true)]
public sealed class FuzzCollectionDefinition;

/// <summary>
/// Damaged inputs under every command: an answer or one line of error, no exception, harmless output, bounded memory, nothing left
/// behind. KTL_FUZZ=N runs N cases; tests/fuzz runs for as long as asked.
/// </summary>
[Collection("fuzz")]
public sealed class FuzzTests
{
    private static string Fixtures([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "Fixtures");

    [Theory]
    [InlineData(20261)]
    [InlineData(20262)]
    public async Task Seeded_damage_ends_in_an_answer(int seed)
    {
        var cases = int.TryParse(Environment.GetEnvironmentVariable("KTL_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted / 2 : 700;
        await Alone(runner =>
        {
            for (var i = 0; i < cases; i++)
            {
                var trouble = runner.Run(seed, i);
                Assert.True(trouble is null, $"seed {seed}, case {i}: ktl {string.Join(' ', runner.Args)}: {trouble}");
            }
        });
    }

    /// <summary>Inputs that once ended in an exception, a loop without end or raw bytes, under every command that reads a trace.</summary>
    [Fact]
    public async Task What_was_found_stays_fixed() => await Alone(runner =>
    {
        foreach (var path in Directory.EnumerateFiles(Path.Combine(Fixtures(), "fuzz"), "*.bin").Order(StringComparer.Ordinal))
        {
            foreach (var (args, output) in FuzzCommands.All(path))
                Assert.True(runner.Run(args, output) is null or "no output", $"{Path.GetFileName(path)}: ktl {string.Join(' ', args)}: {runner.Run(args, output)}");
        }
    });

    /// <summary>A case that hangs fails instead of holding up the run for ever.</summary>
    private static async Task Alone(Action<FuzzRunner> work)
    {
        var folder = Directory.CreateTempSubdirectory("ktl-fuzz-").FullName;
        try
        {
            var runner = new FuzzRunner(FuzzCorpus.Load(Fixtures()), folder);
            var limit = Environment.GetEnvironmentVariable("KTL_FUZZ") is null ? TimeSpan.FromMinutes(5) : TimeSpan.FromHours(5);
            await Task.Run(() => work(runner)).WaitAsync(limit);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
