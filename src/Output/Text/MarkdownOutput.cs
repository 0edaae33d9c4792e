using System.Text;
using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Output.Text;

/// <summary>The report for bug mails and trackers: GitHub Markdown, no line wider than 72 columns, trace lines fenced.</summary>
internal sealed class MarkdownOutput : IReportOutput
{
    private const int Width = 72;

    public string Format => "md";

    public void Write(Report report, Stream stream, OutputOptions options)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 16384, leaveOpen: true) { NewLine = "\n" };
        foreach (var headline in report.Headlines) WriteHeadline(writer, headline);
        var first = report.Headlines.Count == 0;
        foreach (var section in report.Sections)
        {
            if (!first) writer.WriteLine();
            first = false;
            WriteSection(writer, section, 2);
        }
    }

    private static void WriteHeadline(StreamWriter writer, Headline headline)
    {
        var mark = headline.Kind switch
        {
            HeadlineKind.Bug => "**BUG**: ",
            HeadlineKind.Trouble => "**TROUBLE**: ",
            HeadlineKind.Notice => "**NOTICE**: ",
            HeadlineKind.Caution => "**CAUTION**: ",
            _ => "",
        };
        WriteWrapped(writer, "- ", mark + Escape(headline.Text));
        foreach (var detail in headline.Details) WriteWrapped(writer, "  - ", Escape(detail));
        if (headline.Next is { } next) WriteWrapped(writer, "  - ", "next: " + Escape(next));
    }

    private static void WriteSection(StreamWriter writer, ReportSection section, int level)
    {
        WriteHeading(writer, $"{new string('#', Math.Min(level, 6))} {Escape(section.Title)}");
        foreach (var paragraph in section.Paragraphs)
        {
            writer.WriteLine();
            WriteWrapped(writer, "", Escape(paragraph));
        }

        if (section.Table is { } table) WriteTable(writer, table);
        if (section.Verbatim.Count > 0) WriteVerbatim(writer, section.Verbatim);
        foreach (var child in section.Children)
        {
            writer.WriteLine();
            WriteSection(writer, child, level + 1);
        }
    }

    /// <summary>A heading is one line in Markdown: what does not fit, best a bracket at its end, stands below it.</summary>
    private static void WriteHeading(StreamWriter writer, string heading)
    {
        var bracket = heading.LastIndexOf(" (", StringComparison.Ordinal);
        var end = TextWidth.Of(heading) <= Width ? heading.Length
            : bracket > 0 && TextWidth.Of(heading[..bracket]) <= Width ? bracket
            : TextWidth.Wrap(heading, Width, Width)[0].Length;
        writer.WriteLine(heading[..end]);
        if (end == heading.Length) return;
        writer.WriteLine();
        WriteWrapped(writer, "", heading[end..].Trim());
    }

    private static void WriteTable(StreamWriter writer, ReportTable table)
    {
        writer.WriteLine();
        // Cells with a space at both sides if that fits, else bare ones, which are as good a table.
        var pad = " ";
        var layout = TableLayout.Of(table, Width, separator: 3, frame: 4, Escape);
        if (layout.IsCut)
        {
            pad = "";
            layout = TableLayout.Of(table, Width, separator: 1, frame: 2, Escape);
        }

        if (layout.Rows.Count == 1)
        {
            writer.WriteLine("(none)");
        }
        else if (layout.Total > Width)
        {
            // Too many columns that may not go: one list item a row, since a cut table row would not be a table.
            foreach (var row in TableLayout.Of(table, int.MaxValue, separator: 1, frame: 0, Escape).Rows.Skip(1))
            {
                WriteWrapped(writer, "- ", string.Join(", ", row.Select((cell, i) => $"{Escape(SafeText.Clean(table.Columns[i].Title))} {cell}")));
            }
        }
        else
        {
            for (var r = 0; r < layout.Rows.Count; r++)
            {
                writer.WriteLine($"|{pad}{string.Join($"{pad}|{pad}", layout.Padded(layout.Rows[r]))}{pad}|");
                if (r > 0) continue;
                writer.WriteLine("|" + string.Join("|", layout.Widths.Select((w, i) => CellText.IsNumeric(layout.Columns[i].Kind)
                    ? new string('-', w + (2 * pad.Length) - 1) + ":"
                    : new string('-', w + (2 * pad.Length)))) + "|");
            }
        }

        if (layout.Remainder() is { } more) WriteNote(writer, more);
        if (table.Footer is { } footer) WriteNote(writer, Escape(footer));
    }

    private static void WriteNote(StreamWriter writer, string text)
    {
        writer.WriteLine();
        WriteWrapped(writer, "", text);
    }

    private static void WriteVerbatim(StreamWriter writer, List<string> lines)
    {
        var longest = 2;
        foreach (var line in lines)
        {
            var run = 0;
            foreach (var c in line)
            {
                run = c == '`' ? run + 1 : 0;
                longest = Math.Max(longest, run);
            }
        }

        // A fence longer than the line would be no fence; such a block is indented instead.
        var fence = new string('`', Math.Min(longest + 1, Width));
        var indent = longest < Width ? "" : "    ";
        writer.WriteLine();
        if (indent.Length == 0) writer.WriteLine(fence);
        foreach (var line in lines)
        {
            foreach (var part in TextWidth.Wrap(SafeText.Line(line), Width - indent.Length, Width - indent.Length)) writer.WriteLine(indent + part);
        }

        if (indent.Length == 0) writer.WriteLine(fence);
    }

    private static void WriteWrapped(StreamWriter writer, string bullet, string text)
    {
        var indent = new string(' ', bullet.Length);
        var lines = TextWidth.Wrap(text, Width - bullet.Length - 1, Width - bullet.Length - 1);
        for (var i = 0; i < lines.Count; i++)
        {
            writer.Write(i == 0 ? bullet : indent);
            writer.WriteLine(EscapeStart(lines[i]));
        }
    }

    /// <summary>A line must not turn into a heading, list, quote, rule or table by what happens to stand at its start.</summary>
    private static string EscapeStart(string line)
    {
        if (line.Length == 0) return line;
        if ("#>+-=".Contains(line[0])) return "\\" + line;
        var digits = 0;
        while (digits < line.Length && char.IsAsciiDigit(line[digits])) digits++;
        return digits is > 0 and < 10 && digits < line.Length && line[digits] is '.' or ')' && (digits + 1 == line.Length || line[digits + 1] == ' ')
            ? line.Insert(digits, "\\")
            : line;
    }

    private static string Escape(string text)
    {
        text = SafeText.Clean(text);
        var result = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            // Underscores inside words (EXIT_NPF) are no emphasis; backslashes only matter before punctuation.
            var isMarkup = c switch
            {
                '*' or '`' or '<' or '[' or ']' or '|' or '~' => true,
                '_' => i == 0 || i == text.Length - 1 || !char.IsLetterOrDigit(text[i - 1]) || !char.IsLetterOrDigit(text[i + 1]),
                '\\' => i + 1 < text.Length && char.IsPunctuation(text[i + 1]),
                '&' => i + 1 < text.Length && (char.IsLetter(text[i + 1]) || text[i + 1] == '#'),
                _ => false,
            };
            if (isMarkup) result.Append('\\');
            result.Append(c);
        }

        return result.ToString();
    }
}
