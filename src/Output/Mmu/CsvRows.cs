using CsvHelper;

namespace KvmTraceLab.Output.Mmu;

/// <summary>Plain rows of text in and out of CSV (RFC 4180, comma, LF).</summary>
public static class CsvRows
{
    /// <summary>Reads every record, the header included, as it comes. Lines without anything but blanks and commas are skipped.</summary>
    /// <exception cref="FormatException">The text is no CSV; the message says where.</exception>
    public static IEnumerable<CsvRow> Read(TextReader reader)
    {
        using var csv = CsvReader.Create(reader, new CsvReaderOptions { HasHeader = false, TrackLineNumbers = true, SkipEmptyLines = true }, leaveOpen: true);
        while (Next(csv))
        {
            var cells = new string[csv.FieldCount];
            for (int i = 0; i < cells.Length; i++)
                cells[i] = csv.GetString(i);
            if (!Array.TrueForAll(cells, string.IsNullOrWhiteSpace)) yield return new CsvRow(csv.LineNumber, cells);
        }
    }

    /// <summary>Writes a header and rows.</summary>
    public static void Write(TextWriter writer, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        // Not disposed where a row fails: that would write out half a result.
        var csv = CsvWriter.Create(writer, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true);
        Row(columns);
        foreach (IReadOnlyList<string> row in rows)
            Row(row);
        csv.Flush();

        void Row(IReadOnlyList<string> cells)
        {
            foreach (string cell in cells)
                csv.WriteField(cell);
            csv.EndRecord();
        }
    }

    private static bool Next(CsvReader csv)
    {
        try
        {
            return csv.Read();
        }
        catch (CsvFormatException e)
        {
            throw new FormatException($"line {csv.LineNumber}: {e.Message.Split('\n')[0]}", e);
        }
    }
}
