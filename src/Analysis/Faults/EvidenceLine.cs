using System.Globalization;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Faults;

/// <summary>A saved event as <c>trace-cmd report</c> prints it: task, CPU, time, event, payload.</summary>
public static class EvidenceLine
{
    public static string Of(SavedEvent e, string comm, string timeUnit = "ns")
    {
        ArgumentNullException.ThrowIfNull(e);
        var text = string.Create(CultureInfo.InvariantCulture, $"{(e.Comm.Length > 0 ? e.Comm : comm)}-{e.Tid}");
        if (e.Cpu >= 0) text += string.Create(CultureInfo.InvariantCulture, $" [{e.Cpu:000}]");
        if (e.HasTime) text += " " + Time(e.Time, timeUnit) + ":";
        return $"{text} {e.Name}: {e.Payload()}";
    }

    /// <summary>Seconds with nine digits, or bare ticks.</summary>
    public static string Time(long time, string unit) => unit != "ns" ? time.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{time / 1_000_000_000}.{time % 1_000_000_000:000000000}");
}
