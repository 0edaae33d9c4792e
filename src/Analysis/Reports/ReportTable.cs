namespace KvmTraceLab.Analysis.Reports;

/// <summary>What a column holds; decides alignment and number form, the same in every output.</summary>
public enum ColumnKind
{
    /// <summary>Words (string).</summary>
    Text,
    /// <summary>An address or code (ulong), shown as <c>0x…</c>.</summary>
    Hex,
    /// <summary>A whole number (long).</summary>
    Count,
    /// <summary>A share 0..1 (double), shown in per cent.</summary>
    Share,
    /// <summary>Nanoseconds or ticks (long), shown with a fitting unit.</summary>
    Duration,
    /// <summary>Events a second (double).</summary>
    Rate,
    /// <summary>A point in time (long, nanoseconds on the trace's clock), shown as the trace prints it.</summary>
    Time,
    /// <summary>Any other number (double).</summary>
    Number,
}

/// <summary>A column: its key in CSV, its heading for people.</summary>
/// <param name="Key">snake_case name in CSV, with the unit as suffix (<c>total_ns</c>).</param>
/// <param name="Title">Heading in text, Markdown and HTML.</param>
/// <param name="Kind">What the cells hold.</param>
/// <param name="Optional">May be left out where the width does not suffice; the rightmost optional ones go first.</param>
public sealed record Column(string Key, string Title, ColumnKind Kind, bool Optional = false);

/// <summary>Rows of cells; a null cell is unknown and shows as <c>-</c> (CSV: empty).</summary>
public sealed class ReportTable(params Column[] columns)
{
    public IReadOnlyList<Column> Columns { get; } = columns;

    public List<object?[]> Rows { get; } = [];

    /// <summary>Rows that people are shown at most; outputs say how many more there are. CSV and JSON have all.</summary>
    public int ShowAtMost { get; init; } = int.MaxValue;

    /// <summary>A line below the table (<c>Total Samples:N, …</c>).</summary>
    public string? Footer { get; set; }

    /// <summary>What times and durations count: <c>ns</c>, <c>cycles</c> or <c>count</c>.</summary>
    public string TimeUnit { get; init; } = "ns";

    public void Add(params object?[] cells)
    {
        if (cells.Length != Columns.Count) throw new ArgumentException($"{cells.Length} cells for {Columns.Count} columns", nameof(cells));
        Rows.Add(cells);
    }
}
