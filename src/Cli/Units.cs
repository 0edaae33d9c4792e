using System.Globalization;

namespace KvmTraceLab.Cli;

/// <summary>Numbers with units as people type them.</summary>
internal static class Units
{
    private static readonly (string Suffix, double Ns)[] Times = [("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)];

    /// <summary>A duration in nanoseconds.</summary>
    public static long? Duration(string option, string? text)
    {
        if (text is null) return null;
        foreach (var (suffix, ns) in Times)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal)) continue;
            if (double.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value >= 0 && value * ns < 9e18)
                return (long)Math.Round(value * ns);
        }

        throw new UsageException($"{option} {text}: expected a time with a unit, e.g. 500us, 1ms or 2s");
    }
}
