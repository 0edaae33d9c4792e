namespace KvmTraceLab.Analysis.Compare.Statistics;

/// <summary>Intervals of base rate over new rate.</summary>
internal static class RatioIntervals
{
    /// <summary>The interval at <paramref name="confidence"/>; bounds are NaN where a side's error is unknown.</summary>
    public static (double Ratio, double Low, double High) Of(RateEstimate @base, RateEstimate next, double confidence)
    {
        double ratio = @base.Rate / next.Rate;
        double variance = Square(@base.StandardError) + Square(next.StandardError);
        double reach = Math.Exp(variance > 0 ? Critical(@base, next, confidence) * Math.Sqrt(variance) : variance);

        // Rounding is a bound, not a chance: the ends move by all that it allows.
        return (ratio, @base.RoundingLow / next.RoundingHigh / reach, @base.RoundingHigh / next.RoundingLow * reach);
    }

    private static double Critical(RateEstimate a, RateEstimate b, double confidence)
    {
        bool drawn = (a.Within ?? b.Within) is not null && IsDrawn(a) && IsDrawn(b);
        return drawn ? FromDraws(a.Within, b.Within, confidence) : StudentT.TwoSided(confidence, Welch(a, b));

        static bool IsDrawn(RateEstimate e) => e.Within is not null || e.StandardError == 0;
    }

    /// <summary>The quantile of |error| / standard error over the draws, both sides resampled independently.</summary>
    private static double FromDraws(RunBootstrap? a, RunBootstrap? b, double confidence)
    {
        var t = new double[RunBootstrap.Replicates];
        for (int i = 0; i < t.Length; i++)
        {
            var x = a is null ? default : a.Draws[i];
            var y = b is null ? default : b.Draws[i];
            double variance = x.Variance + y.Variance;
            t[i] = variance > 0 ? Math.Abs(x.Error - y.Error) / Math.Sqrt(variance) : 0;
        }

        Array.Sort(t);
        return t[Math.Clamp((int)Math.Ceiling(confidence * (t.Length + 1)) - 1, 0, t.Length - 1)];
    }

    /// <summary>Welch's degrees of freedom.</summary>
    private static double Welch(RateEstimate a, RateEstimate b)
    {
        double va = Square(a.StandardError);
        double vb = Square(b.StandardError);
        return Square(va + vb) / ((va * va / a.DegreesOfFreedom) + (vb * vb / b.DegreesOfFreedom));
    }

    private static double Square(double v) => v * v;
}
