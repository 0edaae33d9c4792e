using System.Runtime.Intrinsics;

namespace KvmTraceLab.Analysis.Compare.Statistics;

/// <summary>
/// Orthonormal shapes over n windows: the constant and polynomials up to a degree, which are the trend, and above them slow
/// cosines made orthogonal to the trend. The energy of a series in the K cosines estimates its long-run variance with K degrees
/// of freedom and is blind to any polynomial drift (the orthonormal-series estimator of Müller 2007 and Lazarus et al. 2018, with
/// the trend taken out of the basis instead of the data).
/// </summary>
internal sealed class SeriesBasis
{
    private readonly double[][] _trend;
    private readonly double[][] _waves;

    public SeriesBasis(int windows, int trendDegree, int waves)
    {
        Windows = windows;
        var all = new List<double[]>();
        for (int d = 0; d <= trendDegree; d++)
        {
            int degree = d;
            Add(all, i => Math.Pow((((2.0 * i) + 1) / windows) - 1, degree));
        }

        for (int j = trendDegree + 1; j <= trendDegree + waves; j++)
        {
            int frequency = j;
            Add(all, i => Math.Cos(Math.PI * frequency * (i + 0.5) / windows));
        }

        _trend = all.GetRange(0, trendDegree + 1).ToArray();
        _waves = all.GetRange(trendDegree + 1, waves).ToArray();
    }

    public int Windows { get; }

    public int Waves => _waves.Length;

    /// <summary>What is left of a series when the trend is taken away.</summary>
    public double[] Residuals(ReadOnlySpan<double> series)
    {
        double[] rest = series.ToArray();
        foreach (double[] shape in _trend) Subtract(rest, shape, Dot(shape, rest));
        return rest;
    }

    /// <summary>The coefficient of the straight line in a series (0 without a line in the basis).</summary>
    public double Slope(ReadOnlySpan<double> series) => _trend.Length > 1 ? Dot(_trend[1], series) : 0;

    /// <summary>The height of the straight line of coefficient 1 at the last window.</summary>
    public double LineAtEnd => _trend.Length > 1 ? _trend[1][^1] : 0;

    /// <summary>The mean energy in the cosines: the variance that one window would have if windows were independent.</summary>
    public double LongRunVariance(ReadOnlySpan<double> series)
    {
        double energy = 0;
        foreach (double[] wave in _waves)
        {
            double c = Dot(wave, series);
            energy += c * c;
        }

        return energy / _waves.Length;
    }

    private void Add(List<double[]> all, Func<int, double> shape)
    {
        var v = new double[Windows];
        for (int i = 0; i < v.Length; i++) v[i] = shape(i);

        // Twice: the second pass takes away what rounding left in the first.
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (double[] earlier in all) Subtract(v, earlier, Dot(earlier, v));
        }

        double scale = 1 / Math.Sqrt(Dot(v, v));
        for (int i = 0; i < v.Length; i++) v[i] *= scale;
        all.Add(v);
    }

    private static void Subtract(double[] from, double[] shape, double times)
    {
        for (int i = 0; i < from.Length; i++) from[i] -= shape[i] * times;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        // Always four lanes and no fused operations: the order of additions, and so the last digit, is the same on every processor.
        var sum = Vector256<double>.Zero;
        int i = 0;
        for (; i + 4 <= a.Length; i += 4) sum += Vector256.Create(a.Slice(i, 4)) * Vector256.Create(b.Slice(i, 4));
        double total = sum[0] + sum[1] + sum[2] + sum[3];
        for (; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }
}
