using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Output.Charts;

/// <summary>
/// Makes a standalone document of what Radzen draws for a page: title, legend and colours are added, inline styles become attributes
/// (a strict content security policy forbids the former), random ids become stable ones, empty elements go.
/// </summary>
internal sealed class SvgDocument(ChartSpec chart, int width, int height)
{
    private const int TitleHeight = 30;
    // Radzen keeps 32 pixels free above the plot, more than the legend needs.
    private const int RadzenMargin = 16;
    private const int LegendRow = 18;
    // Reasons are written in capitals, which are wide.
    private const double LetterWidth = 7.8;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static readonly Regex RandomClip = new("clipPath[A-Za-z0-9_-]{10}", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
    private static readonly Regex LongNumber = new(@"-?\d+\.\d{3,}(?:E-?\d+)?", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    private readonly string _id = new([.. chart.Id.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);

    // A heat map's value axis names its rows, so what the colours count stands above.
    private string Heading => chart.Kind == ChartKind.Heatmap ? $"{chart.Title}: {chart.YTitle}" : chart.Title;

    // The first row of labels fits between legend and plot.
    private int RoomForLabels => chart.Kind == ChartKind.Heatmap ? TimeOverlay.LabelHeight * Math.Max(0, TimeOverlay.RowsAbove(chart) - 1) : 0;

    /// <summary>Pixels that title, legend and the labels above a heat map take.</summary>
    public int HeaderHeight(List<(string Css, string Name)> legend) => TitleHeight + (Legend(legend).Rows * LegendRow) - RadzenMargin + RoomForLabels;

    public string Around(string? markup, ChartPlan plan)
    {
        var root = new XElement(
            Svg + "svg",
            new XAttribute("class", $"ktl-chart ktl-{chart.Kind.ToString().ToLowerInvariant()}"),
            new XAttribute("width", width),
            new XAttribute("height", height),
            new XAttribute("viewBox", $"0 0 {width} {height}"),
            new XAttribute("role", "img"),
            new XElement(Svg + "title", SafeText.Clean(chart.Title)),
            new XElement(Svg + "desc", ChartDescription.Of(chart)),
            new XElement(Svg + "style", ChartStyle.Css),
            new XElement(Svg + "rect", new XAttribute("class", "ktl-back"), new XAttribute("width", width), new XAttribute("height", height)),
            Text("ktl-title", 16, 20, TextWidth.Fit(SafeText.Clean(Heading), (int)((width - 32) / 8.2))));
        var (items, _) = Legend(plan.Legend);
        foreach (var (css, name, x, y) in items)
        {
            root.Add(
                new XElement(Svg + "g", new XAttribute("class", css), new XElement(
                    Svg + "rect", new XAttribute("class", "ktl-swatch"), new XAttribute("x", N(x)), new XAttribute("y", N(y - 9)), new XAttribute("width", 10), new XAttribute("height", 10))),
                Text("ktl-legend", x + 15, y, name));
        }

        root.Add(markup is null
            ? Text("ktl-empty", width / 2.0, height / 2.0, "no data in this span")
            : Plot(markup, height - plan.PlotHeight));
        return Write(root);
    }

    private static string N(double value) => (Math.Round(value, 2) + 0.0).ToString(CultureInfo.InvariantCulture);

    private static XElement Text(string css, double x, double y, string text) =>
        new(Svg + "text", new XAttribute("class", css), new XAttribute("x", N(x)), new XAttribute("y", N(y)), text);

    private (List<(string Css, string Name, double X, double Y)> Items, int Rows) Legend(List<(string Css, string Name)> legend)
    {
        List<(string, string, double, double)> items = [];
        double x = 16;
        var rows = legend.Count > 0 ? 1 : 0;
        foreach (var (css, full) in legend)
        {
            var name = TextWidth.Fit(SafeText.Clean(full), 40);
            var needs = 15 + (TextWidth.Of(name) * LetterWidth) + 18;
            if (x + needs > width - 16 && x > 16)
            {
                x = 16;
                rows++;
            }

            items.Add((css, name, x, TitleHeight + (rows * LegendRow) - 5));
            x += needs;
        }

        return (items, rows);
    }

    private XElement Plot(string markup, int top)
    {
        // Radzen draws its legend, switched off here, as further small images; the plot is the last and largest.
        var start = markup.LastIndexOf("<svg ", StringComparison.Ordinal);
        var end = markup.LastIndexOf("</svg>", StringComparison.Ordinal) + "</svg>".Length;
        var drawn = XElement.Parse(markup[start..end]);
        var plot = new XElement(Svg + "g", new XAttribute("transform", $"translate(0, {top})"));
        foreach (var child in drawn.Elements()) plot.Add(Copy(child));
        if (chart.Kind != ChartKind.Heatmap) PutBandsBehind(plot);
        return plot;
    }

    /// <summary>What is drawn over a series changes its colour; in a heat map bands are outlines and stay on top.</summary>
    private static void PutBandsBehind(XElement plot)
    {
        var first = plot.Descendants().FirstOrDefault(e => ((string?)e.Attribute("class"))?.Contains("rz-series-", StringComparison.Ordinal) == true);
        var bands = plot.Descendants(Svg + "rect").Where(e => (string?)e.Attribute("class") is "ktl-band" or "ktl-loss").ToList();
        if (first is null) return;
        foreach (var band in bands)
        {
            band.Remove();
            first.AddBeforeSelf(band);
        }
    }

    private XElement? Copy(XElement element)
    {
        var copy = new XElement(Svg + element.Name.LocalName);
        foreach (var attribute in element.Attributes())
        {
            var name = attribute.Name.LocalName;
            var value = RandomClip.Replace(attribute.Value, $"clip-{_id}");
            if (value.Length == 0 || name.StartsWith("on", StringComparison.OrdinalIgnoreCase)) continue;
            if (name == "style") SetStyles(copy, value);
            else copy.SetAttributeValue(name, LongNumber.Replace(value, m => N(double.Parse(m.Value, CultureInfo.InvariantCulture))));
        }

        // A heat map's colours are classes, so that they follow light and dark.
        var isHeat = (string?)copy.Attribute("fill") is { } fill && fill.StartsWith("heat-", StringComparison.Ordinal);
        if (isHeat)
        {
            copy.SetAttributeValue("class", "ktl-" + (string?)copy.Attribute("fill"));
            copy.SetAttributeValue("fill", null);
        }

        foreach (var node in element.Nodes())
        {
            if (node is XElement child && Copy(child) is { } kept) copy.Add(kept);
            else if (node is XText text && element.Name.LocalName == "text") copy.Add(new XText(text.Value.Trim()));
        }

        var isUnseen = (string?)copy.Attribute("fill") == "transparent" && (string?)copy.Attribute("stroke") == "none";
        return isUnseen || (copy.Name.LocalName is "g" && !copy.HasElements) ? null : copy;
    }

    private static void SetStyles(XElement element, string style)
    {
        foreach (var declaration in style.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = declaration.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            var name = declaration[..colon].Trim();
            var value = declaration[(colon + 1)..].Trim();
            if (name is "fill" or "stroke" or "stroke-width" or "clip-path" or "text-anchor" or "fill-opacity" or "opacity" or "stroke-dasharray"
                && value.Length > 0 && !value.StartsWith("var(", StringComparison.Ordinal))
            {
                element.SetAttributeValue(name, value);
            }
        }
    }

    private static string Write(XElement root)
    {
        var text = new StringBuilder();
        using (var writer = XmlWriter.Create(text, new() { OmitXmlDeclaration = true, Indent = true, IndentChars = " ", NewLineChars = "\n", CheckCharacters = true }))
        {
            root.WriteTo(writer);
        }

        return text.Append('\n').ToString();
    }
}
