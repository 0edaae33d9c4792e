using KvmTraceLab.Analysis.Compare;
using KvmTraceLab.Analysis.Compare.Statistics;
using Xunit.Abstractions;

namespace KvmTraceLab.Tests.Analysis.Compare;

/// <summary>
/// Intervals against streams whose truth is known. The ordinary run is a small seeded sample with bounds that allow for its size;
/// KTL_LONG=1 makes it 1000 runs and the bounds those that docs/compare.md promises.
/// </summary>
public sealed class CoverageTests(ITestOutputHelper output)
{
    private const double Truth = 4;

    /// <summary>Runs of the ordinary test: few enough to be quick, enough that all of them covered would be a wonder (one in 500).</summary>
    private const int Small = 120;

    private static bool Long => Environment.GetEnvironmentVariable("KTL_LONG") == "1";

    [Theory]
    [InlineData("poisson")]
    [InlineData("switching 50 ms")]
    [InlineData("switching 500 ms")]
    [InlineData("drift 2x")]
    public void The_interval_holds_the_truth_as_often_as_it_says(string kind)
    {
        (double covered, double wrong) = Simulate(kind, Long ? 1000 : Small);
        if (Long)
        {
            Assert.InRange(covered, 0.93, 0.97);
            Assert.InRange(wrong, 0, 0.02);
        }
        else
        {
            Assert.InRange(covered, 0.88, 0.995);
            Assert.InRange(wrong, 0, 0.04);
        }
    }

    [Theory]
    [InlineData("drift 2x, base alone")]
    [InlineData("drift 2x, exponential")]
    [InlineData("switching 500 ms, base alone")]
    [InlineData("few exits")]
    [InlineData("three runs each")]
    public void Further_kinds_hold_it_too(string kind)
    {
        (double covered, double wrong) = Simulate(kind, Long ? 1000 : Small / 2);
        Assert.InRange(covered, Long ? 0.93 : 0.86, Long ? 0.975 : 1);
        Assert.InRange(wrong, 0, Long ? 0.02 : 0.05);
    }

    private (double Covered, double Wrong) Simulate(string kind, int runs)
    {
        int covered = 0;
        int wrong = 0;
        double width = 0;
        for (int i = 0; i < runs; i++)
        {
            var random = new SeededRandom(((ulong)i * 7919) + 17);
            var result = Comparer.Compare([Make(kind, random, true), Make(kind, random, false)], new CompareOptions());
            RatioInterval interval = result.Overall;
            if (interval.Low <= Truth && Truth <= interval.High) covered++;
            width += Math.Log(interval.High!.Value / interval.Low!.Value);

            // The truth is 10 to 15 % above or below what is claimed.
            double off = 0.10 + (0.05 * random.Unit());
            double claim = Truth / (i % 2 == 0 ? 1 + off : 1 - off);
            if (Judgement.Of(interval, [], IntervalBasis.Runs, new CompareOptions { Expect = claim }).Verdict == ClaimVerdict.Confirmed) wrong++;
        }

        output.WriteLine($"| {kind} | {covered * 100.0 / runs:0.0} % | {Math.Exp(width / runs / 2) - 1:0.0%} | {wrong * 100.0 / runs:0.0} % |");
        return ((double)covered / runs, (double)wrong / runs);
    }

    private static Stage Make(string kind, SeededRandom random, bool isBase)
    {
        double mean = isBase ? 100 * Truth : 100;
        RunSeries One() => kind switch
        {
            "switching 50 ms" => ExitStreams.Switching(random, mean, 0.05),
            "switching 500 ms" => ExitStreams.Switching(random, mean, 0.5),
            "drift 2x" => ExitStreams.Drift(random, 5 * mean),
            "drift 2x, base alone" when isBase => ExitStreams.Drift(random, mean),
            "drift 2x, exponential" => ExitStreams.ExponentialDrift(random, 5 * mean),
            "switching 500 ms, base alone" when isBase => ExitStreams.Switching(random, mean, 0.5),
            "few exits" => ExitStreams.Poisson(random, mean / 40),
            "three runs each" => ExitStreams.Poisson(random, mean * Math.Exp(0.1 * Normal(random)), 5),
            _ => ExitStreams.Poisson(random, mean),
        };

        return new Stage(isBase ? "base" : "new", kind == "three runs each" ? [One(), One(), One()] : [One()], null);
    }

    private static double Normal(SeededRandom random) =>
        Math.Sqrt(-2 * Math.Log(random.Unit())) * Math.Cos(2 * Math.PI * random.Unit());
}
