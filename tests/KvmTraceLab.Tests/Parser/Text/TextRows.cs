using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Tests.Parser.Text;

/// <summary>A text trace read whole, for comparing: a line a row with every field that was there, and the line tally.</summary>
internal sealed class TextRows
{
    public List<string> Rows { get; } = [];

    public List<string> Names { get; } = [];

    public LineTally Lines { get; private set; }

    public HealthLog Health { get; private set; } = new();

    public TraceInfo Info { get; private set; } = new();

    public static string Root() => Here();

    private static string Here([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", ".."));

    public static string Fixture(string name) => Path.Combine(Root(), "tests", "KvmTraceLab.Tests", "Fixtures", name);

    public static TextRows Of(string text, int threads = 1) => Of(Encoding.UTF8.GetBytes(text), threads);

    public static TextRows Of(byte[] bytes, int threads = 1, string format = "pasted-text")
    {
        using var trace = Trace.Open(TraceInput.FromBytes(bytes), new TraceOptions { Threads = threads, Format = format });
        return Of(trace);
    }

    public static TextRows Of(Trace trace)
    {
        var result = new TextRows();
        foreach (var batch in trace.Batches())
        {
            for (var i = 0; i < batch.Count; i++)
            {
                result.Rows.Add(Line(batch[i]));
                result.Names.Add(batch.Heads[i].Kind == EventCatalog.LostKind ? "(lost)" : batch[i].Name);
            }
        }

        result.Lines = trace.Lines;
        result.Health = trace.Health;
        result.Info = trace.Info;
        return result;
    }

    /// <summary>Every line is accounted for exactly once.</summary>
    public void CheckConservation()
    {
        var l = Lines;
        Assert.Equal(l.Lines, l.Events + l.Continuations + l.Comments + l.LostMarkers + l.NotUnderstood);
        Assert.Equal(Rows.Count, l.Events + l.LostMarkers);
    }

    private static string Line(EventRow row)
    {
        var text = new StringBuilder();
        if (row.HasTime) text.Append(CultureInfo.InvariantCulture, $"{row.Time} ");
        if ((row.Flags & RowFlags.Lost) != 0)
            return text.Append(CultureInfo.InvariantCulture, $"[{row.Cpu}] LOST {((row.Flags & RowFlags.LostCountKnown) != 0 ? row[0].ToString(CultureInfo.InvariantCulture) : "?")}").ToString();
        if (row.Cpu >= 0) text.Append(CultureInfo.InvariantCulture, $"[{row.Cpu}] ");
        if (row.Comm.Length > 0) text.Append(Encoding.UTF8.GetString(row.Comm)).Append(' ');
        if (row.Tid >= 0) text.Append(CultureInfo.InvariantCulture, $"tid {row.Tid} ");
        if (row.Buffer.Length > 0) text.Append(row.Buffer).Append('/');
        if ((row.Flags & RowFlags.Gap) != 0) text.Append("(gap) ");
        text.Append(row.Name).Append(':');
        if (!row.HasFields) return text.Append(' ').Append(Squeeze(Encoding.UTF8.GetString(row.RawPayload))).ToString();
        for (var slot = 0; slot < row.Shape!.Fields.Count; slot++)
        {
            if (!row.Has(slot)) continue;
            text.Append(CultureInfo.InvariantCulture, $" {row.Shape.Fields[slot].Name}=");
            if (row.Shape.IsText(slot)) text.Append(Encoding.UTF8.GetString(row.TextOf(row[slot])));
            else text.Append(CultureInfo.InvariantCulture, $"0x{row[slot]:x}");
        }

        return text.ToString();
    }

    private static string Squeeze(string text) => string.Join(' ', text.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries));
}
