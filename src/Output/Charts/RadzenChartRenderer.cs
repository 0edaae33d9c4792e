using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Output.Charts;

/// <summary>Charts by Radzen.Blazor components rendered to static markup, made into SVG documents that need nothing else.</summary>
public sealed class RadzenChartRenderer : IChartRenderer
{
    // Half of the last tick's label.
    private const int RightMargin = 16;
    private const int Smallest = 200;
    private const int Largest = 10_000;

    public string Svg(ChartSpec chart, int width = 1000, int height = 420)
    {
        width = Math.Clamp(width, Smallest, Largest);
        height = Math.Clamp(height, Smallest, Largest);
        var document = new SvgDocument(chart, width, height);
        var legend = ChartPlan.Of(chart, width, height).Legend;
        var plan = ChartPlan.Of(chart, width - RightMargin, height - document.HeaderHeight(legend));
        var markup = plan.Series.Exists(s => s.Count > 0)
            ? RadzenHost.Render<RadzenChartView>(new(StringComparer.Ordinal) { [nameof(RadzenChartView.Plan)] = plan })
            : null;
        return document.Around(markup, plan);
    }
}
