namespace KvmTraceLab.Mmu.Tables;

/// <summary>One column of a truth table: its name and how a row fills it. Hex has 0x, booleans are 0 and 1.</summary>
/// <param name="Name">Header.</param>
/// <param name="Cell">The text of the cell.</param>
public sealed record Column<TRow>(string Name, Func<TRow, string> Cell)
{
    public static Column<TRow> Flag(string name, Func<TRow, bool> value) => new(name, row => value(row) ? "1" : "0");

    /// <summary>-1 where the bit does not exist.</summary>
    public static Column<TRow> FlagOrNone(string name, Func<TRow, bool?> value) =>
        new(name, row => value(row) switch { null => "-1", true => "1", _ => "0" });

    public static Column<TRow> Number(string name, Func<TRow, int> value) => new(name, row => value(row).ToString());

    public static Column<TRow> Hex(string name, Func<TRow, ulong> value) => new(name, row => $"0x{value(row):x}");

    public static Column<TRow> Text(string name, Func<TRow, string> value) => new(name, value);
}
