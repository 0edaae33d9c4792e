using KvmTraceLab.Analysis.Compare;
using KvmTraceLab.Analysis.Compare.Statistics;

namespace KvmTraceLab.Tests.Analysis.Compare;

/// <summary>Generated exit streams whose mean rate is known.</summary>
internal static class ExitStreams
{
    private const double Step = 0.005;

    /// <summary>Exits at a steady rate.</summary>
    public static RunSeries Poisson(SeededRandom random, double rate, double seconds = 60) =>
        Of(random, seconds, (_, dt) => rate * dt);

    /// <summary>A rate that runs straight from 2/3 to 4/3 of its mean (2x).</summary>
    public static RunSeries Drift(SeededRandom random, double mean, double seconds = 60, double factor = 2) =>
        Of(random, seconds, (t, dt) => mean * dt * (2 / (1 + factor)) * (1 + ((factor - 1) * (t + (dt / 2)) / seconds)));

    /// <summary>A rate that doubles over the run at a steady pace.</summary>
    public static RunSeries ExponentialDrift(SeededRandom random, double mean, double seconds = 60) =>
        Of(random, seconds, (t, dt) => mean * dt * Math.Log(2) * Math.Pow(2, (t + (dt / 2)) / seconds));

    /// <summary>A rate that switches between 1x and 20x after exponential dwell times; <paramref name="mean"/> is the long-run mean, 10.5x.</summary>
    public static RunSeries Switching(SeededRandom random, double mean, double dwell, double seconds = 60)
    {
        bool high = random.Below(2) == 1;
        double left = Exponential();
        return Of(random, seconds, (_, dt) =>
        {
            double sum = 0;
            double rest = dt;
            while (left < rest)
            {
                sum += left * (high ? 20 : 1);
                rest -= left;
                high = !high;
                left = Exponential();
            }

            left -= rest;
            sum += rest * (high ? 20 : 1);
            return sum * mean / 10.5;
        });

        double Exponential() => -dwell * Math.Log(random.Unit());
    }

    private static RunSeries Of(SeededRandom random, double seconds, Func<double, double, double> expected)
    {
        var windows = new long[(int)Math.Round(seconds / Step)];
        for (int i = 0; i < windows.Length; i++) windows[i] = Count(random, expected(i * Step, Step));
        return new RunSeries { Path = "generated", Exits = windows.Sum(), Seconds = seconds, Vcpus = 1, Windows = windows, WindowsCovered = windows.Length };
    }

    /// <summary>A Poisson number: by multiplication, in parts where the mean is large.</summary>
    private static long Count(SeededRandom random, double mean)
    {
        long count = 0;
        for (; mean > 0; mean -= 20)
        {
            double floor = Math.Exp(-Math.Min(mean, 20));
            for (double product = random.Unit(); product > floor; product *= random.Unit()) count++;
        }

        return count;
    }
}
