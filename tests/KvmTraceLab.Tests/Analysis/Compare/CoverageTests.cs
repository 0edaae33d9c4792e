using System.Globalization;
using KvmTraceLab.Analysis.Compare;
using KvmTraceLab.Analysis.Compare.Statistics;
using Xunit.Abstractions;

namespace KvmTraceLab.Tests.Analysis.Compare;

public sealed class CoverageTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("poisson")]
    [InlineData("switch50")]
    [InlineData("switch500")]
    [InlineData("drift")]
    public void Proto(string kind)
    {
        int runs = int.Parse(Environment.GetEnvironmentVariable("KTL_RUNS") ?? "200", CultureInfo.InvariantCulture);
        int covered = 0, slow = 0;
        double width = 0;
        int waves = 0;
        for (int i = 0; i < runs; i++)
        {
            var random = new SeededRandom((ulong)((i * 7919) + 17));
            RunSeries a = Make(kind, random, 2000), b = Make(kind, random, 500);
            var ea = RateEstimate.OneRun(a.Exits / 60.0, RunBootstrap.Of(a.InWindows(400), 1));
            var eb = RateEstimate.OneRun(b.Exits / 60.0, RunBootstrap.Of(b.InWindows(400), 2));
            var (_, low, high) = RatioIntervals.Of(ea, eb, 0.95);
            if (low <= 4 && 4 <= high) covered++;
            if (!ea.Within!.IsSteady) slow++;
            width += Math.Log(high / low);
            waves += ea.Within.DegreesOfFreedom;
        }
        output.WriteLine($"{kind} {covered * 100.0 / runs}% unsteady {slow} width {width / runs} waves {waves / (double)runs}");
    }

    private static RunSeries Make(string kind, SeededRandom r, double mean) => kind switch
    {
        "poisson" => ExitStreams.Poisson(r, mean),
        "switch50" => ExitStreams.Switching(r, mean, 0.05),
        "switch500" => ExitStreams.Switching(r, mean, 0.5),
        _ => ExitStreams.Drift(r, mean),
    };
}
