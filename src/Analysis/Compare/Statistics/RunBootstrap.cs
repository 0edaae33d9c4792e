namespace KvmTraceLab.Analysis.Compare.Statistics;

/// <summary>
/// What one run says about its own log rate: the standard error, and how the studentised error is distributed, by a block
/// bootstrap of the windows. See docs/compare.md for the method and its measured coverage.
/// </summary>
internal sealed class RunBootstrap
{
    /// <summary>Resamplings. One less than a round number makes the quantiles whole ranks.</summary>
    public const int Replicates = 999;

    /// <summary>The fewest windows that an interval can come from.</summary>
    public const int FewestWindows = 12;

    /// <summary>The most frequencies used: more would narrow an interval by under 3 % and begin to see the memory's decay.</summary>
    private const int MostWaves = 24;

    private RunBootstrap(double standardError, int waves, bool isSteady, Memory memory, double drift, double driftSigmas, Replicate[] replicates)
    {
        StandardError = standardError;
        DegreesOfFreedom = waves;
        IsSteady = isSteady;
        Memory = memory;
        Drift = drift;
        DriftSigmas = driftSigmas;
        Draws = replicates;
    }

    /// <summary>Of the logarithm of the rate.</summary>
    public double StandardError { get; }

    public int DegreesOfFreedom { get; }

    /// <summary>False where the rate stays up or down for so long that the run holds too few independent stretches.</summary>
    public bool IsSteady { get; }

    public Memory Memory { get; }

    /// <summary>Rate at the end over rate at the start, by the fitted line; at least 0.</summary>
    public double Drift { get; }

    /// <summary>How many standard errors the fitted line's slope is from none.</summary>
    public double DriftSigmas { get; }

    /// <summary>One draw each: the error of the log rate and its standard error as that draw sees it.</summary>
    public IReadOnlyList<Replicate> Draws { get; }

    public readonly record struct Replicate(double Error, double Variance);

    /// <summary>Resamples a run's counts per window (all of the same width, at least <see cref="FewestWindows"/>, not all 0).</summary>
    public static RunBootstrap Of(ReadOnlySpan<double> counts, ulong seed)
    {
        int n = counts.Length;
        double mean = 0;
        foreach (double c in counts) mean += c;
        mean /= n;
        var x = new double[n];
        for (int i = 0; i < n; i++) x[i] = counts[i] / mean;

        // Few windows leave no room for a curved trend beside the frequencies.
        int degree = n >= 64 ? 3 : 1;
        int room = Math.Min(MostWaves, (n - degree - 1) / 2);
        double[] residuals = new SeriesBasis(n, degree, 0).Residuals(x);
        Memory memory = Memory.Of(residuals);
        double spread = 0;
        foreach (double r in residuals) spread += r * r;

        // A stream far more regular than chance (a timer's ticks) beats against the windows: that is no slow change of its rate.
        bool isClockwork = spread * mean / n < 0.5;

        // Averaging the spectrum up to frequency F (cycles a window) underestimates it at 0 by the share (2πF·curvature)²/6: F holds that near 3 %.
        int waves = room;
        bool steady = true;
        if (memory.Curvature > 0 && !isClockwork)
        {
            double fits = (2 * n * 0.073 / memory.Curvature) - degree;
            steady = fits >= 6;
            waves = (int)Math.Clamp(fits, Math.Min(6, room), room);
        }

        var basis = new SeriesBasis(n, degree, waves);
        double variance = basis.LongRunVariance(x) / n;
        double slope = basis.Slope(x);
        double sigmas = variance > 0 ? Math.Abs(slope) / Math.Sqrt(variance * n) : 0;
        double line = Math.Clamp(slope * basis.LineAtEnd, -1, 1);
        double drift = (1 + line) / Math.Max(1e-9, 1 - line);
        return new RunBootstrap(Math.Sqrt(variance), waves, steady, memory, drift, sigmas, Resample(basis, residuals, memory.BlockLength, seed));
    }

    private static Replicate[] Resample(SeriesBasis basis, double[] residuals, int block, ulong seed)
    {
        var random = new SeededRandom(seed);
        int n = residuals.Length;
        var draw = new double[n];
        var result = new Replicate[Replicates];
        for (int b = 0; b < result.Length; b++)
        {
            double mean = 0;
            for (int at = 0; at < n;)
            {
                int from = random.Below(n);
                for (int k = 0; k < block && at < n; k++, at++)
                {
                    double r = residuals[from];
                    if (++from == n) from = 0;
                    draw[at] = r;
                    mean += r;
                }
            }

            mean = Math.Max(1 + (mean / n), 1e-3);
            result[b] = new Replicate(Math.Log(mean), basis.LongRunVariance(draw) / n / (mean * mean));
        }

        return result;
    }
}
