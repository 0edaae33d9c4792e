using System.Globalization;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>A rate that somebody wrote down: <c>1.2M</c>, <c>50k</c>, <c>1.2M@8</c>.</summary>
/// <param name="PerSecond">Exits per second.</param>
/// <param name="Low">The lowest rate that rounds to the digits typed.</param>
/// <param name="High">The highest such rate.</param>
/// <param name="Vcpus">vCPUs as told after <c>@</c>, or null.</param>
public sealed record ClaimedRate(double PerSecond, double Low, double High, int? Vcpus)
{
    /// <summary>
    /// Reads the text after <c>rate:</c>. Every digit typed counts: the true rate may differ by half a unit of the last one, so
    /// <c>50k</c> is 49.5k–50.5k, <c>1.2M</c> is 1.15M–1.25M and <c>50000</c> is 49999.5–50000.5.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ClaimedRate? rate)
    {
        rate = null;
        int? vcpus = null;
        int at = text.IndexOf('@');
        if (at >= 0)
        {
            if (!int.TryParse(text[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int n) || n is < 1 or > 1 << 20) return false;
            vcpus = n;
            text = text[..at];
        }

        if (text.EndsWith("/s", StringComparison.Ordinal)) text = text[..^2];
        double unit = 1;
        if (text.Length > 0 && Scale(text[^1]) is double scale)
        {
            unit = scale;
            text = text[..^1];
        }

        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)) return false;
        int point = text.IndexOf('.');
        int decimals = point < 0 ? 0 : text.Length - point - 1;

        // In decimal places a user can read: 1.2 − 0.05 is 1.15, not 1.1499999999999999.
        decimal half = 0.5m;
        for (int i = 0; i < decimals && i < 20; i++) half /= 10;
        if (!(value > 0 && value <= 1e15)) return false;
        double low = (double)((decimal)value - half) * unit;
        if (low <= 0) return false;
        rate = new ClaimedRate(value * unit, low, (double)((decimal)value + half) * unit, vcpus);
        return true;
    }

    private static double? Scale(char suffix) => suffix switch
    {
        'k' or 'K' => 1e3,
        'm' or 'M' => 1e6,
        'g' or 'G' => 1e9,
        _ => null,
    };
}
