using System.Globalization;
using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Output.Text;

/// <summary>How people are shown the values of each kind of column, the same in text, Markdown, HTML and charts.</summary>
internal static class CellText
{
    public const string Unknown = "-";

    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>The cell for people; harmless text on one line.</summary>
    public static string Of(object? cell, Column column, string timeUnit)
    {
        if (cell is null) return Unknown;
        return column.Kind switch
        {
            ColumnKind.Hex when TryUnsigned(cell, out var value) => Hex(value),
            ColumnKind.Count when cell is IConvertible and not string => Convert.ToDecimal(cell, Invariant).ToString("0", Invariant),
            ColumnKind.Share when TryDouble(cell, out var value) => Share(value),
            ColumnKind.Duration when TryLong(cell, out var value) => timeUnit == "ns" ? Duration(value) : value.ToString(Invariant),
            ColumnKind.Rate when TryDouble(cell, out var value) => Rate(value),
            ColumnKind.Time when TryLong(cell, out var value) => timeUnit == "ns" ? Time(value) : value.ToString(Invariant),
            ColumnKind.Number when TryDouble(cell, out var value) => Number(value),
            _ => SafeText.Clean(Convert.ToString(cell, Invariant) ?? Unknown),
        };
    }

    public static bool IsNumeric(ColumnKind kind) => kind is not (ColumnKind.Text or ColumnKind.Hex);

    public static string Hex(ulong value) => string.Create(Invariant, $"0x{value:x}");

    public static string Share(double value) => double.IsFinite(value) ? (value * 100).ToString("0.00", Invariant) + "%" : Unknown;

    /// <summary>Nanoseconds with a fitting unit: <c>0.47us</c>, <c>1.23ms</c>, <c>4.56s</c>.</summary>
    public static string Duration(long ns) => Math.Abs((double)ns) switch
    {
        < 999_995 => (ns / 1e3).ToString("0.00", Invariant) + "us",
        < 999_995_000 => (ns / 1e6).ToString("0.00", Invariant) + "ms",
        _ => (ns / 1e9).ToString("0.00", Invariant) + "s",
    };

    /// <summary>Events a second: <c>0.53/s</c>, <c>987/s</c>, <c>1.23k/s</c>, <c>1.20M/s</c>.</summary>
    public static string Rate(double value) => double.IsFinite(value) ? Short(value) + "/s" : Unknown;

    /// <summary>A number with three digits or so and k, M, G.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        < 10 => value.ToString("0.##", Invariant),
        < 999.5 => value.ToString("0", Invariant),
        < 999_995 => (value / 1e3).ToString("0.00", Invariant) + "k",
        < 999_995_000 => (value / 1e6).ToString("0.00", Invariant) + "M",
        < 1e15 => (value / 1e9).ToString("0.00", Invariant) + "G",
        _ => value.ToString("0.00e+0", Invariant),
    };

    /// <summary>Seconds as traces print them: six decimals, nine where microseconds would lose something.</summary>
    public static string Time(long ns)
    {
        var seconds = ns / 1_000_000_000m;
        return seconds.ToString(ns % 1000 == 0 ? "0.000000" : "0.000000000", Invariant);
    }

    public static string Number(double value) => double.IsFinite(value)
        ? Math.Abs(value) is >= 1e15 or (> 0 and < 0.0005) ? value.ToString("0.###e+0", Invariant) : value.ToString("0.###", Invariant)
        : Unknown;

    private static bool TryUnsigned(object cell, out ulong value)
    {
        value = cell switch
        {
            ulong v => v,
            long v => unchecked((ulong)v),
            int v => unchecked((ulong)v),
            uint v => v,
            ushort v => v,
            byte v => v,
            _ => 0,
        };
        return cell is ulong or long or int or uint or ushort or byte;
    }

    private static bool TryLong(object cell, out long value)
    {
        value = cell switch
        {
            long v => v,
            ulong v => (long)Math.Min(v, long.MaxValue),
            int v => v,
            uint v => v,
            double v => double.IsFinite(v) ? (long)Math.Clamp(Math.Round(v), -9.2e18, 9.2e18) : 0,
            _ => 0,
        };
        return cell is long or ulong or int or uint || (cell is double d && double.IsFinite(d));
    }

    private static bool TryDouble(object cell, out double value)
    {
        var isNumber = cell is double or float or long or ulong or int or uint or decimal;
        value = isNumber ? Convert.ToDouble(cell, Invariant) : 0;
        return isNumber;
    }
}
