using KvmTraceLab.Analysis.Compare.Statistics;

namespace KvmTraceLab.Tests.Analysis.Compare;

public sealed class StatisticsTests
{
    // Values of printed tables of Student's t.
    [Theory]
    [InlineData(1, 0.95, 12.7062)]
    [InlineData(2, 0.95, 4.3027)]
    [InlineData(5, 0.99, 4.0321)]
    [InlineData(24, 0.95, 2.0639)]
    [InlineData(120, 0.95, 1.9799)]
    public void Students_t_agrees_with_the_tables(double dof, double confidence, double t) => Assert.Equal(t, StudentT.TwoSided(confidence, dof), 4);

    [Fact]
    public void The_series_estimator_does_not_see_a_cubic_trend()
    {
        var basis = new SeriesBasis(200, 3, 24);
        double[] trend = [.. Enumerable.Range(0, 200).Select(i => 3 + (0.1 * i) - (0.002 * i * i) + (1e-5 * i * i * i))];
        Assert.InRange(basis.LongRunVariance(trend), 0, 1e-20);
        Assert.All(basis.Residuals(trend), r => Assert.InRange(r, -1e-10, 1e-10));
    }

    [Fact]
    public void The_series_estimator_is_unbiased_for_independent_windows()
    {
        var random = new SeededRandom(9);
        var basis = new SeriesBasis(100, 3, 24);
        double mean = 0;
        for (int run = 0; run < 400; run++)
        {
            double[] noise = [.. Enumerable.Range(0, 100).Select(_ => random.Unit())];
            mean += basis.LongRunVariance(noise) / 400;
        }

        Assert.InRange(mean, 0.95 / 12, 1.05 / 12);
    }

    [Theory]
    [InlineData(0.0, 0, 2.0)]
    [InlineData(0.9, 8, 22)]
    public void Memory_of_an_autoregressive_series_is_found(double coefficient, double atLeast, double atMost)
    {
        // √2 times the decay time, which is 1/−ln 0.9 = 9.5 windows.
        var random = new SeededRandom(4);
        var x = new double[20_000];
        for (int i = 1; i < x.Length; i++) x[i] = (coefficient * x[i - 1]) + random.Unit() - 0.5;
        Memory memory = Memory.Of(x);
        Assert.InRange(memory.Curvature, atLeast, atMost);
        Assert.InRange(memory.BlockLength, coefficient == 0 ? 1 : 15, coefficient == 0 ? 12 : 150);
    }

    [Fact]
    public void A_constant_series_has_no_memory() => Assert.Equal(new Memory(1, 0), Memory.Of(new double[50]));

    [Fact]
    public void A_short_series_of_unlike_numbers_has_no_memory() =>
        Assert.Equal(new Memory(1, 0), Memory.Of([1, -1, 0.5, 0.7, -0.9, -0.3, 0.8, -0.8, 0.1, 0.4, -0.6, 0.1]));

    [Fact]
    public void A_clockwork_has_an_interval_of_no_width()
    {
        RunBootstrap run = RunBootstrap.Of([.. Enumerable.Repeat(5.0, 100)], 1);
        Assert.InRange(run.StandardError, 0, 1e-9);
        Assert.True(run.IsSteady);
    }

    [Fact]
    public void Ticks_that_beat_against_the_windows_are_steady()
    {
        double[] counts = [.. Enumerable.Range(0, 400).Select(i => Math.Floor((i + 1) * 7.003) - Math.Floor(i * 7.003))];
        Assert.True(RunBootstrap.Of(counts, 1).IsSteady);
    }
}
