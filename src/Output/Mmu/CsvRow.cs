namespace KvmTraceLab.Output.Mmu;

/// <summary>One record of a CSV file as text.</summary>
/// <param name="Line">Line number of the record's beginning, from 1.</param>
/// <param name="Cells">Its fields.</param>
public sealed record CsvRow(long Line, IReadOnlyList<string> Cells);
