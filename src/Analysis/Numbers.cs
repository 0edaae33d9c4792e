using System.Globalization;

namespace KvmTraceLab.Analysis;

/// <summary>Numbers in sentences, with their units; tables are formatted by the outputs.</summary>
public static class Numbers
{
    /// <summary>A duration with a fitting unit, or bare ticks.</summary>
    public static string Duration(long ns, string unit) => unit switch
    {
        "ns" when ns < 1_000 => $"{ns}ns",
        "ns" when ns < 1_000_000 => Fixed(ns / 1e3, "us"),
        "ns" when ns < 1_000_000_000 => Fixed(ns / 1e6, "ms"),
        "ns" => Fixed(ns / 1e9, "s"),
        _ => $"{ns} {unit}",
    };

    /// <summary>Events a second.</summary>
    public static string Rate(double perSecond) => perSecond switch
    {
        >= 999_500 => Fixed(perSecond / 1e6, "M/s"),
        >= 1_000 => Fixed(perSecond / 1e3, "k/s"),
        _ => Fixed(perSecond, "/s"),
    };

    /// <summary>A share in per cent.</summary>
    public static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + "%";

    /// <summary>A point in time as traces print it: seconds with six digits, or bare ticks.</summary>
    public static string Time(long ns, string unit) => unit == "ns"
        ? (ns < 0 ? "-" : "") + (Magnitude(ns) / 1_000_000_000).ToString(CultureInfo.InvariantCulture)
            + "." + (Magnitude(ns) % 1_000_000_000 / 1000).ToString("000000", CultureInfo.InvariantCulture)
        : ns.ToString(CultureInfo.InvariantCulture);

    /// <summary>A sum that stays at the largest number: damaged times and counts add up to anything.</summary>
    public static long Sum(IEnumerable<long> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var sum = 0L;
        foreach (var value in values) sum = value > 0 && sum > long.MaxValue - value ? long.MaxValue : sum + value;
        return sum;
    }

    public static string Hex(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    private static ulong Magnitude(long value) => value < 0 ? unchecked(0UL - (ulong)value) : (ulong)value;

    private static string Fixed(double value, string unit) => value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) + unit;
}
