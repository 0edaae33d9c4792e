using System.Globalization;

namespace KvmTraceLab.Output.Charts;

/// <summary>An axis that starts and ends at round numbers: 1, 2 or 5 times a power of ten apart.</summary>
internal readonly record struct AxisSteps(double From, double To, double Step)
{
    public static AxisSteps Over(double from, double to, int most)
    {
        if (!(to - from >= 1e-9)) to = from + Math.Max(1e-6, Math.Abs(from) * 1e-9);
        var step = Round((to - from) / Math.Max(1, most));
        // A step that drowns in the rounding of the numbers it is added to would never get to the end.
        step = Math.Max(step, Round(Math.Max(Math.Abs(from), Math.Abs(to)) * 1e-14));
        var start = Math.Floor((from / step) + 1e-9) * step;
        var end = Math.Ceiling((to / step) - 1e-9) * step;
        return new(start, end > start ? end : start + step, step);
    }

    /// <summary>The same steps, but no empty rest after the last value.</summary>
    public AxisSteps Until(double last) => last > From && last < To ? this with { To = last } : this;

    /// <summary>A tick's label: as many decimals as the step needs.</summary>
    public string Label(double value)
    {
        var decimals = (int)Math.Clamp(Math.Ceiling(-Math.Log10(Step) - 1e-9), 0, 9);
        return value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>A tick's label in k, M, G: as many decimals as the step needs there.</summary>
    public string ShortLabel(double value)
    {
        var (unit, letter) = Math.Max(Math.Abs(From), Math.Abs(To)) switch
        {
            < 10_000 => (1.0, ""),
            < 1_000_000 => (1e3, "k"),
            < 1_000_000_000 => (1e6, "M"),
            _ => (1e9, "G"),
        };
        return value == 0 ? "0" : new AxisSteps(From / unit, To / unit, Step / unit).Label(value / unit) + letter;
    }

    private static double Round(double raw)
    {
        if (!(raw > 0)) return 0;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        return (raw / power) switch
        {
            <= 1.0000001 => power,
            <= 2.0000001 => 2 * power,
            <= 5.0000001 => 5 * power,
            _ => 10 * power,
        };
    }
}
