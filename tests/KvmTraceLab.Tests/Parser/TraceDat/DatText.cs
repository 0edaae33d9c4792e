using System.Globalization;
using System.Text;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Tests.Parser.TraceDat;

/// <summary>A trace as text, whole, for comparing: a line a row, then counters.</summary>
internal static class DatText
{
    public static string Of(byte[] file, int threads = 1, bool payload = true)
    {
        using var trace = Trace.Open(TraceInput.FromBytes(file), new TraceOptions { Threads = threads });
        return Of(trace, payload);
    }

    public static string Of(Trace trace, bool payload = true)
    {
        var text = new StringBuilder();
        foreach (var batch in trace.Batches())
            for (var i = 0; i < batch.Count; i++) Append(text, batch[i], payload);
        foreach (var entry in trace.Health.Entries) text.Append(CultureInfo.InvariantCulture, $"{entry.Counter.Name} {entry.Count}\n");
        return text.ToString();
    }

    /// <summary>What reading a damaged file ends in; anything but rows, counters and a TraceException is a failure.</summary>
    public static string Outcome(byte[] file)
    {
        try
        {
            using var trace = Trace.Open(TraceInput.FromBytes(file), new TraceOptions { Threads = 1 });
            var text = Of(trace);
            foreach (var entry in trace.Health.Entries) Assert.True(entry.FirstOffset <= file.Length, $"{entry.Counter.Name} at {entry.FirstOffset} of {file.Length} bytes");
            return text;
        }
        catch (TraceException e)
        {
            Assert.True((e.Offset ?? 0) <= file.Length, e.OneLine);
            return e.OneLine;
        }
    }

    private static void Append(StringBuilder text, EventRow row, bool payload)
    {
        if ((row.Flags & RowFlags.Lost) != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{row.Time} [{row.Cpu}] LOST {((row.Flags & RowFlags.LostCountKnown) != 0 ? row[0].ToString(CultureInfo.InvariantCulture) : "?")}\n");
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"{row.Time} [{row.Cpu}] {Encoding.UTF8.GetString(row.Comm)}-{row.Tid} ");
        if (row.Buffer.Length > 0) text.Append(row.Buffer).Append('/');
        text.Append(row.Name).Append(':');
        if (payload && row.HasFields)
        {
            for (var slot = 0; slot < row.Shape!.Fields.Count; slot++)
                if (row.Has(slot)) text.Append(CultureInfo.InvariantCulture, $" {row.Shape.Fields[slot].Name}=0x{row[slot]:x}");
        }
        else if (payload)
        {
            text.Append(Encoding.UTF8.GetString(row.RawPayload));
        }

        text.Append('\n');
    }
}
