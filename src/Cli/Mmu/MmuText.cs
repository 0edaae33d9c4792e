using System.Text.Json;
using KvmTraceLab.Output.Mmu;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Cli.Mmu;

/// <summary>Writes rows and JSON objects the same way in every subcommand.</summary>
internal static class MmuText
{
    /// <summary>One JSON object, indented, ending in a line feed.</summary>
    public static void Json(TextWriter output, Action<Utf8JsonWriter> body)
    {
        using (var json = new Utf8JsonWriter(new JsonToText(output), new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = SafeJson.Encoder }))
        {
            json.WriteStartObject();
            body(json);
            json.WriteEndObject();
        }

        output.Write('\n');
    }

    /// <summary>Rows as text columns, CSV, a Markdown table, or <c>"columns"</c> and <c>"rows"</c> of a JSON object.</summary>
    public static void Table(TextWriter output, MmuFormat format, string schema, string name, IReadOnlyList<string> columns, IEnumerable<string[]> rows)
    {
        switch (format)
        {
            case MmuFormat.Csv:
                CsvRows.Write(output, columns, rows);
                break;
            case MmuFormat.Md:
                output.WriteLine($"| {string.Join(" | ", columns)} |");
                output.WriteLine($"|{string.Concat(columns.Select(_ => " --- |"))}");
                foreach (string[] row in rows)
                    output.WriteLine($"| {string.Join(" | ", row.Select(c => c.Replace("|", "\\|", StringComparison.Ordinal)))} |");
                break;
            case MmuFormat.Json:
                Json(output, json =>
                {
                    json.WriteString("schema", schema);
                    json.WriteString("name", name);
                    json.WriteStartArray("columns");
                    foreach (string column in columns)
                        json.WriteStringValue(column);
                    json.WriteEndArray();
                    json.WriteStartArray("rows");
                    foreach (string[] row in rows)
                    {
                        json.WriteStartObject();
                        for (int i = 0; i < row.Length; i++)
                            json.WriteString(columns[i], row[i]);
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                });
                break;
            default:
                Columns(output, columns, rows);
                break;
        }
    }

    /// <summary>Columns as wide as the first thousand rows need: the rest streams.</summary>
    private static void Columns(TextWriter output, IReadOnlyList<string> columns, IEnumerable<string[]> rows)
    {
        using IEnumerator<string[]> row = rows.GetEnumerator();
        var head = new List<string[]>();
        while (head.Count < 1000 && row.MoveNext())
            head.Add(row.Current);
        int[] widths = [.. columns.Select((c, i) => head.Select(r => r[i].Length).Append(c.Length).Max())];
        Line(columns);
        head.ForEach(Line);
        while (row.MoveNext())
            Line(row.Current);

        void Line(IReadOnlyList<string> cells) =>
            output.WriteLine(string.Join(' ', cells.Select((c, i) => c.PadRight(widths[i]))).TrimEnd());
    }

    /// <summary>An array of strings.</summary>
    public static void Strings(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
