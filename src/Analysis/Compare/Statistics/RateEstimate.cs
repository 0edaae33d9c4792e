namespace KvmTraceLab.Analysis.Compare.Statistics;

/// <summary>A stage's rate in the unit compared, with what is known of its error.</summary>
/// <param name="Rate">Exits per unit.</param>
/// <param name="RoundingLow">The lowest rate that rounds to <paramref name="Rate"/>; the rate itself where it was measured.</param>
/// <param name="RoundingHigh">The highest such rate.</param>
/// <param name="StandardError">Of the log rate; 0 for a claimed rate, NaN where nothing tells it.</param>
/// <param name="DegreesOfFreedom">Behind the standard error; infinity for a claimed rate.</param>
/// <param name="Within">The run's bootstrap where the stage is one run, else null.</param>
internal sealed record RateEstimate(
    double Rate, double RoundingLow, double RoundingHigh, double StandardError, double DegreesOfFreedom, RunBootstrap? Within)
{
    public static RateEstimate Claimed(double rate, double low, double high) => new(rate, low, high, 0, double.PositiveInfinity, null);

    public static RateEstimate Unknown(double rate) => new(rate, rate, rate, double.NaN, 0, null);

    public static RateEstimate OneRun(double rate, RunBootstrap within) =>
        new(rate, rate, rate, within.StandardError, within.DegreesOfFreedom, within);

    /// <summary>Runs are the unit: Σcounts/Σunits with the ratio estimator's variance between runs.</summary>
    public static RateEstimate Runs(IReadOnlyList<double> counts, IReadOnlyList<double> units)
    {
        double count = counts.Sum();
        double rate = count / units.Sum();
        double squares = 0;
        for (int i = 0; i < counts.Count; i++) squares += Math.Pow(counts[i] - (rate * units[i]), 2);
        double m = counts.Count;
        return new RateEstimate(rate, rate, rate, Math.Sqrt(squares * m / (m - 1)) / count, m - 1, null);
    }
}
