using System.Globalization;
using KvmTraceLab.Parser;

namespace KvmTraceLab.Cli;

/// <summary>A time as the trace prints it: seconds, or the ticks of an integer clock. Only the trace itself tells which.</summary>
internal readonly record struct TraceTime(decimal Printed)
{
    private const decimal NsPerSecond = 1_000_000_000m;

    public static TraceTime? Parse(string option, string? text)
    {
        if (text is null) return null;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var printed)
            && Math.Abs(printed) <= long.MaxValue) return new TraceTime(printed);
        throw new UsageException($"{option} {text}: expected a time as the trace prints it, in seconds (4327.373469) or in ticks of an integer clock");
    }

    /// <summary>The same on the trace's clock; exact, since traces print decimals.</summary>
    public long In(TimeUnit unit) =>
        (long)Math.Clamp(unit == TimeUnit.Nanoseconds ? Printed * NsPerSecond : Printed, long.MinValue, long.MaxValue);
}
