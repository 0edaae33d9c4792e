namespace KvmTraceLab.Analysis.Compare.Statistics;

/// <summary>
/// How long a series of windows remembers: what block length and bandwidth follow from its autocovariances, estimated with the
/// flat-top lag window and the lag search of Politis and White (Econometric Reviews 2004, corrected 2009).
/// </summary>
/// <param name="BlockLength">Windows in a bootstrap block, at least 1.</param>
/// <param name="Curvature">
/// √(Σk²R(k) / ΣR(k)) in windows: how far out the autocovariance sits, which decides over how many frequencies the spectrum
/// is still flat. √2 times the decay time for an exponential decay, 0 for independent windows.
/// </param>
internal readonly record struct Memory(int BlockLength, double Curvature)
{
    /// <summary>Estimates from residuals (mean 0).</summary>
    public static Memory Of(ReadOnlySpan<double> residuals)
    {
        int n = residuals.Length;
        double r0 = Covariance(residuals, 0);
        if (n < 8 || r0 <= 0) return new Memory(1, 0);

        // The last lag whose autocorrelation stands out, before several in a row that cannot be told from zero.
        int inARow = Math.Max(5, (int)Math.Ceiling(Math.Sqrt(Math.Log10(n))));
        int farthest = Math.Min(n / 4, (int)Math.Ceiling(Math.Sqrt(n)) * 4);
        double band = 2 * Math.Sqrt(Math.Log10(n) / n);
        var r = new double[(2 * farthest) + 1];
        r[0] = r0;
        int computed = 1;
        int m = 0;
        for (int k = 1; k <= farthest && k - m <= inARow; k++)
        {
            r[k] = Covariance(residuals, k);
            computed = k + 1;
            if (Math.Abs(r[k]) >= band * r0) m = k;
        }

        if (m == 0) return new Memory(1, 0);
        int last = Math.Min(2 * m, n - 1);
        for (int k = computed; k <= last; k++) r[k] = Covariance(residuals, k);

        double sum = r0;
        double first = 0;
        double second = 0;
        for (int k = 1; k <= last; k++)
        {
            double share = (double)k / last;
            double weight = (share <= 0.5 ? 1 : 2 * (1 - share)) * 2 * r[k];
            sum += weight;
            first += weight * k;
            second += weight * k * k;
        }

        // A series that makes up for itself (a timer's ticks) has no memory that widens anything.
        if (sum <= 0 || second <= 0) return new Memory(1, 0);
        double block = Math.Pow(1.5 * (first / sum) * (first / sum) * n, 1.0 / 3);
        return new Memory(Math.Clamp((int)Math.Ceiling(block), 1, Math.Max(1, n / 4)), Math.Sqrt(second / sum));
    }

    private static double Covariance(ReadOnlySpan<double> x, int lag)
    {
        double sum = 0;
        for (int i = lag; i < x.Length; i++) sum += x[i] * x[i - lag];
        return sum / x.Length;
    }
}
