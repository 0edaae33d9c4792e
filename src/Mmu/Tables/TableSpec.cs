namespace KvmTraceLab.Mmu.Tables;

/// <summary>A complete truth table of the model: what <c>ktl mmu table NAME</c> prints.</summary>
public abstract class TableSpec
{
    /// <summary>The name a user types.</summary>
    public abstract string Name { get; }

    /// <summary>One sentence: what the rows are.</summary>
    public abstract string What { get; }

    /// <summary>How many rows the input product has.</summary>
    public abstract int RowCount { get; }

    /// <summary>The header, in order.</summary>
    public abstract IReadOnlyList<string> Columns { get; }

    /// <summary>Every row as text, in order; computed as it is read.</summary>
    public abstract IEnumerable<string[]> Rows();
}
