namespace KvmTraceLab.Mmu.Tables;

/// <summary>
/// A table over typed rows. The column list given here is the only place that knows names and order, so a column is moved
/// or renamed in one line.
/// </summary>
public sealed class TableSpec<TRow>(string name, string what, int rowCount, Func<IEnumerable<TRow>> rows, params Column<TRow>[] columns) : TableSpec
{
    public override string Name => name;

    public override string What => what;

    public override int RowCount => rowCount;

    public override IReadOnlyList<string> Columns { get; } = [.. columns.Select(c => c.Name)];

    /// <summary>The rows before they become text, for comparison with the twin.</summary>
    public IEnumerable<TRow> Typed() => rows();

    public override IEnumerable<string[]> Rows()
    {
        foreach (TRow row in rows())
        {
            var cells = new string[columns.Length];
            for (int i = 0; i < cells.Length; i++)
                cells[i] = columns[i].Cell(row);
            yield return cells;
        }
    }
}
