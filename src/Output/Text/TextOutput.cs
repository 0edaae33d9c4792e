using System.Text;
using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Output.Text;

/// <summary>The report for a terminal: findings first, no line wider than 100 columns, colour on marks only.</summary>
internal sealed class TextOutput : IReportOutput
{
    private const int Width = 100;
    private const int DeepestIndent = 16;

    public string Format => "text";

    public void Write(Report report, Stream stream, OutputOptions options)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 16384, leaveOpen: true) { NewLine = "\n" };
        foreach (var headline in report.Headlines) WriteHeadline(writer, headline, options.Color);
        var first = report.Headlines.Count == 0;
        foreach (var section in report.Sections)
        {
            if (!first) writer.WriteLine();
            first = false;
            WriteSection(writer, section, 0, report.TablesByName);
        }
    }

    private static void WriteHeadline(StreamWriter writer, Headline headline, bool color)
    {
        var (mark, ansi) = headline.Kind switch
        {
            HeadlineKind.Bug => ("BUG", "1;31"),
            HeadlineKind.Trouble => ("TROUBLE", "31"),
            HeadlineKind.Notice => ("NOTICE", "33"),
            HeadlineKind.Caution => ("CAUTION", "35"),
            _ => ("", ""),
        };
        var prefix = mark.Length == 0 ? "" : mark + ": ";
        List<string> lines = [.. TextWidth.Wrap(prefix + SafeText.Clean(headline.Text), Width, Width - 4)];
        if (color && mark.Length > 0 && lines[0].StartsWith(mark, StringComparison.Ordinal))
        {
            lines[0] = $"\u001b[{ansi}m{mark}\u001b[0m{lines[0][mark.Length..]}";
        }

        for (var i = 0; i < lines.Count; i++) WriteLine(writer, i == 0 ? 0 : 4, lines[i]);
        foreach (var detail in headline.Details) WriteWrapped(writer, 4, SafeText.Clean(detail), 2);
        if (headline.Next is { } next) WriteWrapped(writer, 4, "next: " + SafeText.Clean(next), 2);
    }

    private static void WriteSection(StreamWriter writer, ReportSection section, int indent, bool byName)
    {
        WriteWrapped(writer, indent, SafeText.Clean(section.Title), 2);
        indent = Math.Min(indent + 2, DeepestIndent);
        foreach (var paragraph in section.Paragraphs) WriteWrapped(writer, indent, SafeText.Clean(paragraph), 0);
        if (section.Table is { } table) WriteTable(writer, table, indent, byName ? section.Id : null);
        foreach (var line in section.Verbatim) WriteWrapped(writer, Math.Min(indent + 2, DeepestIndent), SafeText.Line(line), 4);
        foreach (var child in section.Children)
        {
            writer.WriteLine();
            WriteSection(writer, child, indent, byName);
        }
    }

    private static void WriteTable(StreamWriter writer, ReportTable table, int indent, string? name)
    {
        var layout = TableLayout.Of(table, Width - indent, separator: 2, frame: 0);
        if (layout.Rows.Count > 1)
        {
            for (var r = 0; r < layout.Rows.Count; r++)
                foreach (var row in layout.Wrapped(r)) WriteLine(writer, indent, TextWidth.Fit(string.Join("  ", layout.Padded(row)).TrimEnd(' '), Width - indent));
        }
        else
        {
            WriteLine(writer, indent, "(none)");
        }

        if (layout.Remainder() is { } more) WriteLine(writer, indent, name is null ? more : $"{more} (all: --format csv --table {name})");
        if (table.Footer is { } footer) WriteWrapped(writer, indent, SafeText.Clean(footer), 2);
    }

    private static void WriteWrapped(StreamWriter writer, int indent, string text, int hanging)
    {
        var lines = TextWidth.Wrap(text, Width - indent, Width - indent - hanging);
        for (var i = 0; i < lines.Count; i++) WriteLine(writer, i == 0 ? indent : indent + hanging, lines[i]);
    }

    private static void WriteLine(StreamWriter writer, int indent, string line)
    {
        if (line.Length > 0)
        {
            for (var i = 0; i < indent; i++) writer.Write(' ');
        }

        writer.WriteLine(line);
    }
}
