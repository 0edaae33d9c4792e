using System.Globalization;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>Numbers as people read them.</summary>
internal static class Words
{
    /// <summary>Three significant digits with k, M or G.</summary>
    public static string Rate(double value) => value switch
    {
        >= 999.5e6 => Digits(value / 1e9) + "G",
        >= 999.5e3 => Digits(value / 1e6) + "M",
        >= 999.5 => Digits(value / 1e3) + "k",
        _ => Digits(value),
    };

    /// <summary>Nanoseconds with a fitting unit.</summary>
    public static string Duration(double ns) => ns switch
    {
        >= 999.5e6 => Digits(ns / 1e9) + " s",
        >= 999.5e3 => Digits(ns / 1e6) + " ms",
        >= 999.5 => Digits(ns / 1e3) + " us",
        _ => Digits(ns) + " ns",
    };

    /// <summary>Three significant digits, never an exponent below a thousand.</summary>
    public static string Digits(double value)
    {
        double size = Math.Abs(value);
        string format = size >= 99.95 ? "0" : size >= 9.995 ? "0.#" : size >= 0.9995 ? "0.##" : size >= 0.001 || size == 0 ? "0.####" : "0.##E0";
        return value.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>A ratio's interval: two decimals more than it needs would only feign precision.</summary>
    public static string Interval(double? low, double? high) => $"{Bound(low)} to {Bound(high)}";

    /// <summary>A ratio with its interval, in as many decimals as it takes to tell the ends apart: 1.0029 (1.0028 to 1.0031).</summary>
    public static (string Ratio, string Interval) Ratio(double ratio, double low, double high)
    {
        int more = 0;
        while (more < 6 && low < high && Bound(low, more) == Bound(high, more)) more++;
        string told = more > 0 ? Bound(ratio, more) : ratio is > 0.9 and < 1.1 ? ratio.ToString("0.###", CultureInfo.InvariantCulture) : Digits(ratio);
        return (told, $"{Bound(low, more)} to {Bound(high, more)}");
    }

    private static string Bound(double? value, int more = 0)
    {
        if (value is not double v) return "unknown";
        int decimals = (v >= 100 ? 1 : v >= 1 ? 2 : 4) + more;
        return v.ToString("0." + new string('#', decimals), CultureInfo.InvariantCulture);
    }
}
