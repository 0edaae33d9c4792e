using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output.Charts;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Output.Html;

/// <summary>
/// One self-contained page for a bug tracker: findings, charts, tables, trace lines. It loads nothing, its content security policy
/// allows nothing but its own style and the few lines of script that sort tables, and it reads fine without those.
/// </summary>
public sealed class HtmlOutput(IChartRenderer charts) : IReportOutput
{
    private const int MostRows = 500;
    private const int MostLines = 300;
    private const int MostChildren = 100;

    // Text cells beyond may break between words.
    private const int LongCell = 36;

    // Tables and trace lines together; with charts and frame the page stays below 2 MB.
    private const int MostBytes = 1_200_000;
    private const int MostChartBytes = 500_000;

    public string Format => "html";

    public void Write(Report report, Stream stream, OutputOptions options)
    {
        var page = new StringBuilder(65536);
        var title = HtmlText.Encode(options.Title ?? $"ktl {report.Command}");
        page.Append($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src {Hash(HtmlAssets.Css)} {Hash(ChartStyle.Css)}; script-src {Hash(HtmlAssets.Script)}; base-uri 'none'; form-action 'none'">
            <meta name="referrer" content="no-referrer">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{title}</title>
            <style>{HtmlAssets.Css}</style>
            <style>{ChartStyle.Css}</style>
            </head>
            <body>
            <header>
            <h1>{title}</h1>

            """);
        if (options.CommandLine is { } command) page.Append($"<p class=\"made\">Made by <code>{HtmlText.Encode(command)}</code>");
        else page.Append("<p class=\"made\">Made by ktl");
        page.Append(options.Version is { } version ? $", KvmTraceLab {HtmlText.Encode(version)}.</p>\n</header>\n<main>\n" : ".</p>\n</header>\n<main>\n");
        WriteHeadlines(page, report.Headlines);
        var body = new Body(page);
        if (report.Sections.Count > 2) body.WriteContents(report.Sections);
        WriteCharts(page, report.Charts);
        foreach (var section in report.Sections) body.WriteSection(section, 2);
        page.Append($"</main>\n<script>{HtmlAssets.Script}</script>\n</body>\n</html>\n");
        stream.Write(Encoding.UTF8.GetBytes(page.ToString()));
    }

    private static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    private static void WriteHeadlines(StringBuilder page, List<Headline> headlines)
    {
        if (headlines.Count == 0) return;
        page.Append("<section id=\"findings\">\n<h2>Findings</h2>\n<ul class=\"findings\">\n");
        foreach (var headline in headlines)
        {
            var kind = headline.Kind.ToString().ToLowerInvariant();
            page.Append($"<li class=\"{kind}\"><span class=\"mark\">{kind}</span> <strong>{HtmlText.Prose(headline.Text)}</strong>");
            foreach (var detail in headline.Details) page.Append($"<br>{HtmlText.Prose(detail)}");
            if (headline.Next is { } next) page.Append($"<br><em>Next:</em> {HtmlText.Prose(next)}");
            page.Append("</li>\n");
        }

        page.Append("</ul>\n</section>\n");
    }

    private void WriteCharts(StringBuilder page, List<ChartSpec> specs)
    {
        if (specs.Count == 0) return;
        page.Append("<section id=\"charts\">\n<h2>Charts</h2>\n");
        var room = MostChartBytes;
        var style = $"<style>{ChartStyle.Css}</style>";

        // Each on a thread of its own: drawing is what the page waits for. Ids must not meet in one page.
        var drawn = specs.Select((spec, i) => Task.Run(() => charts.Svg(spec with { Id = $"{spec.Id}-{i}" }))).ToList();
        for (var i = 0; i < specs.Count; i++)
        {
            if (room < 0)
            {
                page.Append($"<p class=\"note\">The chart “{HtmlText.Encode(specs[i].Title)}” would make this page too large; <code>ktl chart</code> draws it.</p>\n");
                continue;
            }

            // The style stands in the head once.
            var svg = drawn[i].GetAwaiter().GetResult().Replace(style, "", StringComparison.Ordinal);
            room -= Encoding.UTF8.GetByteCount(svg);
            page.Append($"<figure>\n{svg}</figure>\n");
        }

        page.Append("</section>\n");
    }

    private sealed class Body(StringBuilder page)
    {
        private readonly HashSet<string> _ids = new(StringComparer.Ordinal) { "findings", "charts", "contents" };
        private readonly Dictionary<ReportSection, string> _sectionIds = new(ReferenceEqualityComparer.Instance);
        private int _room = MostBytes;

        public void WriteContents(List<ReportSection> sections)
        {
            page.Append("<nav id=\"contents\" aria-label=\"Contents\"><ul>\n");
            foreach (var section in sections) page.Append($"<li><a href=\"#{Id(section)}\">{HtmlText.Encode(section.Title)}</a></li>\n");
            page.Append("</ul></nav>\n");
        }

        public void WriteSection(ReportSection section, int level)
        {
            var heading = Math.Min(level, 6);
            Append($"<section id=\"{Id(section)}\">\n<h{heading}>{HtmlText.Encode(section.Title)}</h{heading}>\n");
            foreach (var paragraph in section.Paragraphs) Append($"<p>{HtmlText.Prose(paragraph)}</p>\n");
            if (section.Table is { } table) WriteTable(table);
            if (section.Verbatim.Count > 0) WriteLines(section.Verbatim);
            var children = level > 12 ? 0 : Math.Min(section.Children.Count, MostChildren);
            for (var i = 0; i < children && _room > 0; i++)
            {
                WriteSection(section.Children[i], level + 1);
                if (_room <= 0) children = i + 1;
            }

            Note(section.Children.Count - children, "parts");
            page.Append("</section>\n");
        }

        private void WriteTable(ReportTable table)
        {
            if (table.Rows.Count == 0)
            {
                Append("<p class=\"note\">None.</p>\n");
                return;
            }

            Append("<div class=\"table\"><table>\n<thead><tr>");
            foreach (var column in table.Columns) Append($"<th scope=\"col\"{Css(column)}>{HtmlText.Encode(column.Title)}</th>");
            Append("</tr></thead>\n<tbody>\n");
            var rows = Math.Min(table.Rows.Count, Math.Min(MostRows, Math.Max(0, table.ShowAtMost)));
            var shown = 0;
            for (; shown < rows && _room > 0; shown++)
            {
                Append("<tr>");
                for (var c = 0; c < table.Columns.Count; c++) WriteCell(c, table.Rows[shown][c], table.Columns[c], table.TimeUnit);
                Append("</tr>\n");
            }

            Append("</tbody>\n</table></div>\n");
            Note(table.Rows.Count - shown, "rows");
            if (table.Footer is { } footer) Append($"<p class=\"foot\">{HtmlText.Prose(footer)}</p>\n");
        }

        private void WriteCell(int index, object? cell, Column column, string timeUnit)
        {
            // What sorts is the value, not how it looks.
            var value = CellText.IsNumeric(column.Kind) && cell is IConvertible and not string
                ? $" data-v=\"{Convert.ToDouble(cell, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture)}\""
                : "";
            // What a row is about stands first and is its heading.
            var isHead = index == 0 && column.Kind is (ColumnKind.Text or ColumnKind.Hex);
            var (open, close) = isHead ? ("th scope=\"row\"", "th") : ("td", "td");
            var text = CellText.Of(cell, column, timeUnit);
            var css = column.Kind == ColumnKind.Text && text.Length > LongCell ? " class=\"t\"" : Css(column);
            Append($"<{open}{css}{value}>{HtmlText.Encode(text)}</{close}>");
        }

        private void WriteLines(List<string> lines)
        {
            Append("<pre>");
            var shown = 0;
            for (; shown < Math.Min(lines.Count, MostLines) && _room > 0; shown++) Append(HtmlText.EncodeLine(lines[shown]) + "\n");
            Append("</pre>\n");
            Note(lines.Count - shown, "lines");
        }

        private static string Css(Column column) => column.Kind switch
        {
            ColumnKind.Hex => " class=\"x\"",
            ColumnKind.Text => "",
            _ => " class=\"n\"",
        };

        private void Note(int more, string what)
        {
            if (more > 0) page.Append($"<p class=\"note\">… {more} more {what}; <code>--format csv</code> and <code>--format json</code> have all.</p>\n");
        }

        private void Append(string text)
        {
            _room -= Encoding.UTF8.GetByteCount(text);
            page.Append(text);
        }

        private string Id(ReportSection section)
        {
            if (_sectionIds.TryGetValue(section, out var known)) return known;
            var stem = "s-" + new string([.. section.Id.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
            var id = stem;
            for (var n = 2; !_ids.Add(id); n++) id = $"{stem}-{n}";
            return _sectionIds[section] = id;
        }
    }
}
