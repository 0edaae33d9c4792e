using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Output.Text;

/// <summary>
/// A table's cells as text with columns that fit a width: the widest words shrink to a readable length, then rightmost optional
/// columns go, then words shrink further. Cells of words that do not fit are cut, or go on in the next lines.
/// </summary>
internal sealed class TableLayout
{
    private const int NarrowestText = 8;

    /// <summary>A cell goes on for so many lines at most; the last is cut.</summary>
    private const int MostLines = 12;

    private readonly List<string[]> _whole;

    private TableLayout(IReadOnlyList<Column> columns, List<string[]> rows, List<string[]> whole, int[] widths, bool isCut, int total, int left)
    {
        _whole = whole;
        IsCut = isCut;
        Total = total;
        Columns = columns;
        Rows = rows;
        Widths = widths;
        RowsLeftOut = left;
    }

    public IReadOnlyList<Column> Columns { get; }

    /// <summary>Titles first, then the rows; every cell at most as wide as its column.</summary>
    public List<string[]> Rows { get; }

    public int[] Widths { get; }

    /// <summary>Columns were left out or words cut.</summary>
    public bool IsCut { get; }

    /// <summary>Columns that the table takes; more than asked for where numbers alone are too wide.</summary>
    public int Total { get; }

    public int RowsLeftOut { get; }

    /// <param name="table">The table.</param>
    /// <param name="width">Columns there are for everything.</param>
    /// <param name="separator">Columns between two cells.</param>
    /// <param name="frame">Columns at both ends together.</param>
    /// <param name="escape">Applied to each cell before it is measured.</param>
    public static TableLayout Of(ReportTable table, int width, int separator, int frame, Func<string, string>? escape = null)
    {
        escape ??= static text => text;
        var shown = Math.Min(table.Rows.Count, Math.Max(0, table.ShowAtMost));
        List<string[]> rows = [[.. table.Columns.Select(c => escape(SafeText.Clean(c.Title)))]];
        for (var r = 0; r < shown; r++)
        {
            var cells = table.Rows[r];
            rows.Add([.. table.Columns.Select((c, i) => escape(CellText.Of(cells[i], c, table.TimeUnit)))]);
        }

        var widths = new int[table.Columns.Count];
        for (var i = 0; i < widths.Length; i++)
        {
            widths[i] = 1;
            foreach (var row in rows) widths[i] = Math.Max(widths[i], TextWidth.Of(row[i]));
        }

        var kept = new List<int>(widths.Length);
        for (var i = 0; i < widths.Length; i++) kept.Add(i);

        var natural = Total();

        // Words shrink to a readable length before a column of numbers is lost.
        Shrink(24);
        while (Total() > width && kept.FindLastIndex(i => table.Columns[i].Optional) is var last and >= 0) kept.RemoveAt(last);
        Shrink(NarrowestText);

        int Total()
        {
            var total = frame + (separator * Math.Max(0, kept.Count - 1));
            foreach (var i in kept) total += widths[i];
            return total;
        }

        void Shrink(int least)
        {
            while (Total() > width)
            {
                var widest = -1;
                foreach (var i in kept)
                    if (!CellText.IsNumeric(table.Columns[i].Kind) && widths[i] > (widest < 0 ? least : widths[widest])) widest = i;
                if (widest < 0) return;
                widths[widest] = Math.Max(least, widths[widest] - Math.Max(1, (Total() - width) / 4));
            }
        }

        var order = kept.ToArray();
        var columns = new Column[kept.Count];
        var keptWidths = new int[kept.Count];
        for (var k = 0; k < kept.Count; k++) (columns[k], keptWidths[k]) = (table.Columns[kept[k]], widths[kept[k]]);
        return new(
            columns,
            [.. rows.Select(Fitted)],
            [.. rows.Select(Kept)],
            keptWidths,
            natural > width,
            Total(),
            table.Rows.Count - shown);

        string[] Kept(string[] row) => Array.ConvertAll(order, k => row[k]);

        string[] Fitted(string[] row)
        {
            var cells = new string[kept.Count];
            for (var k = 0; k < cells.Length; k++) cells[k] = TextWidth.Fit(row[kept[k]], keptWidths[k]);
            return cells;
        }
    }

    /// <summary>The lines of a row, with all the words of its cells; numbers stand in the first.</summary>
    public IEnumerable<string[]> Wrapped(int row)
    {
        var cells = _whole[row];
        var lines = new IReadOnlyList<string>[cells.Length];
        for (var i = 0; i < cells.Length; i++)
            lines[i] = CellText.IsNumeric(Columns[i].Kind) ? [Rows[row][i]] : TextWidth.Wrap(cells[i], Widths[i]);
        var longest = 0;
        foreach (var line in lines) longest = Math.Max(longest, line.Count);
        var count = Math.Min(MostLines, longest);
        for (var n = 0; n < count; n++)
        {
            yield return [.. lines.Select((l, i) => n >= l.Count ? ""
                : n == count - 1 && l.Count > count ? TextWidth.Fit(string.Join(' ', l.Skip(n)), Widths[i]) : l[n])];
        }
    }

    /// <summary>The row's cells, padded: numbers to the right, words to the left.</summary>
    public IEnumerable<string> Padded(string[] row) => row.Select((cell, i) => CellText.IsNumeric(Columns[i].Kind)
        ? TextWidth.PadLeft(cell, Widths[i])
        : TextWidth.PadRight(cell, Widths[i]));

    /// <summary>A sentence about rows that are not shown, or null.</summary>
    public string? Remainder() => RowsLeftOut > 0 ? $"… {RowsLeftOut} more" : null;
}
