using System.Globalization;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Radzen.Blazor;

namespace KvmTraceLab.Output.Charts;

/// <summary>
/// Bands, marks and row names on a Radzen chart. It hangs on one series, since only a series is told the scales; it draws with
/// those, so that every pixel agrees with the axes.
/// </summary>
internal sealed class TimeOverlay : ComponentBase, IChartSeriesOverlay
{
    public const int RowNameWidth = 24;

    public const int LabelHeight = 14;
    private const int MostLabelRows = 4;
    private const double LetterWidth = 6.3;

    [CascadingParameter]
    public IChartSeries? Series { get; set; }

    [Parameter]
    public ChartSpec? Chart { get; set; }

    /// <summary>Heat maps: names of the rows from the bottom up.</summary>
    [Parameter]
    public IReadOnlyList<string> Rows { get; set; } = [];

    public bool Visible => true;

    public bool RenderOnTop => true;

    public bool Contains(double mouseX, double mouseY, int tolerance) => false;

    public RenderFragment RenderTooltip(double mouseX, double mouseY) => static _ => { };

    public Point GetTooltipPosition(double mouseX, double mouseY) => new();

    public RenderFragment Render(ScaleBase categoryScale, ScaleBase valueScale) => builder =>
    {
        if (Chart is not { } chart) return;
        // Output ranges have margins in them, so the ends of the axes are found by scaling what goes in.
        var left = categoryScale.Scale(categoryScale.Input.Start, true);
        var right = categoryScale.Scale(categoryScale.Input.End, true);
        var bottom = valueScale.Scale(valueScale.Input.Start, true);
        var above = chart.Kind == ChartKind.Heatmap;
        var rows = new LabelRows(left, right, above ? RowsAbove(chart) : MostLabelRows);
        foreach (var band in chart.Bands)
        {
            var from = categoryScale.Scale(band.FromSeconds, true);
            var to = categoryScale.Scale(band.ToSeconds, true);
            if (!double.IsFinite(from) || !double.IsFinite(to) || to < left || from > right) continue;
            from = Math.Max(left, from);
            to = Math.Min(right, to);
            Rectangle(builder, band.IsLoss ? "ktl-loss" : "ktl-band", from, 0, Math.Max(1, to - from), bottom);
            Label(builder, rows, band.IsLoss ? "ktl-loss-label" : "ktl-band-label", from + 3, band.Label, above);
        }

        foreach (var mark in chart.Marks)
        {
            var at = categoryScale.Scale(mark.AtSeconds, true);
            if (!double.IsFinite(at) || at < left || at > right) continue;
            Rectangle(builder, "ktl-mark", at - 0.75, 0, 1.5, bottom);
            Label(builder, rows, "ktl-mark-label", at + 4, mark.Label, above);
        }

        for (var row = 0; row < Rows.Count; row++)
        {
            Text(builder, "ktl-row", left - 8, valueScale.Scale(row, true) + 4, "end", TextWidth.Fit(SafeText.Clean(Rows[row]), RowNameWidth));
        }
    };

    /// <summary>Cells fill a heat map up to its top, so labels stand above it: for how many rows of them there must be room.</summary>
    public static int RowsAbove(ChartSpec chart) => Math.Min(3, chart.Bands.Count + chart.Marks.Count);

    protected override void OnInitialized() => Series?.Overlays.Add(this);

    private static string Number(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    private static void Rectangle(RenderTreeBuilder builder, string css, double x, double y, double width, double height)
    {
        builder.OpenElement(0, "rect");
        builder.AddAttribute(1, "class", css);
        builder.AddAttribute(2, "x", Number(x));
        builder.AddAttribute(3, "y", Number(y));
        builder.AddAttribute(4, "width", Number(width));
        builder.AddAttribute(5, "height", Number(height));
        builder.CloseElement();
    }

    private static void Label(RenderTreeBuilder builder, LabelRows rows, string css, double x, string label, bool above)
    {
        var text = TextWidth.Fit(SafeText.Clean(label), 40);
        var width = (TextWidth.Of(text) * LetterWidth) + 6;
        if (rows.Place(ref x, width) is not { } row) return;
        Text(builder, css, x, above ? -5 - (row * LabelHeight) : 11 + (row * LabelHeight), "start", text);
    }

    private static void Text(RenderTreeBuilder builder, string css, double x, double y, string anchor, string text)
    {
        builder.OpenElement(10, "text");
        builder.AddAttribute(11, "class", css);
        builder.AddAttribute(12, "x", Number(x));
        builder.AddAttribute(13, "y", Number(y));
        builder.AddAttribute(14, "text-anchor", anchor);
        builder.AddContent(15, text);
        builder.CloseElement();
    }

    /// <summary>Labels that would overlap go into another row; what finds no room in the last is not drawn.</summary>
    private sealed class LabelRows(double left, double right, int most)
    {
        private readonly List<(double From, double To)>[] _rows = [.. Enumerable.Range(0, most).Select(_ => new List<(double From, double To)>())];

        public int? Place(ref double x, double width)
        {
            x = Math.Max(left, Math.Min(x, right - width));
            for (var row = 0; row < _rows.Length; row++)
            {
                var (from, to) = (x, x + width);
                if (_rows[row].Exists(taken => from < taken.To && to > taken.From)) continue;
                _rows[row].Add((from, to));
                return row;
            }

            return null;
        }
    }
}
