using System.Globalization;
using CsvHelper;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Output;

/// <summary>
/// Writes the rows of one table as CSV (RFC 4180, LF line ends, header first) as they come, so that tables of any length need no
/// memory. Numbers are plain and invariant, hex columns <c>0x…</c>, shares 0..1, unknown cells empty.
/// </summary>
public sealed class CsvTableWriter : IDisposable
{
    private readonly CsvWriter _csv;
    private readonly IReadOnlyList<Column> _columns;

    /// <summary>Writes the header. The stream stays open.</summary>
    public CsvTableWriter(Stream stream, IReadOnlyList<Column> columns)
    {
        _columns = columns;
        _csv = CsvWriter.Create(stream, CsvWriterOptions.Default with { NewLine = "\n" }, leaveOpen: true);
        foreach (var column in columns) _csv.WriteField(column.Key);
        _csv.EndRecord();
    }

    /// <summary>Writes one row; as many cells as there are columns.</summary>
    public void Write(ReadOnlySpan<object?> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            switch (cells[i])
            {
                case null:
                    _csv.WriteField("");
                    break;
                case string text:
                    // Whoever prints the file to a terminal is protected too.
                    _csv.WriteField(SafeText.Clean(text));
                    break;
                case ulong value when _columns[i].Kind == ColumnKind.Hex:
                    _csv.WriteField(CellText.Hex(value));
                    break;
                case long value:
                    _csv.WriteField(value, default);
                    break;
                case double value when !double.IsFinite(value):
                    _csv.WriteField("");
                    break;
                case double value:
                    _csv.WriteField(value, default);
                    break;
                case var other:
                    _csv.WriteField(_columns[i].Kind == ColumnKind.Hex
                        ? CellText.Of(other, _columns[i], "ns")
                        : SafeText.Clean(Convert.ToString(other, CultureInfo.InvariantCulture) ?? ""));
                    break;
            }
        }

        _csv.EndRecord();
    }

    public void Dispose() => _csv.Dispose();
}
