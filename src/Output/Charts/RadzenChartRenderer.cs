using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Output.Charts;

/// <summary>Charts by Radzen.Blazor components rendered to static markup, made into SVG documents that need nothing else.</summary>
public sealed class RadzenChartRenderer : IChartRenderer
{
    // Half of the last tick's label.
    private const int RightMargin = 16;
    private const int Smallest = 200;
    private const int Largest = 10_000;

    private Task? _warmUp;

    /// <summary>
    /// Draws a small chart of the kind on another thread, for nobody: most of a first chart's time goes into code that was never run, and while a
    /// trace is read there is time for that.
    /// </summary>
    public void WarmUp(ChartKind kind) => _warmUp ??= Task.Run(() => Draw(Small(kind), Smallest, Smallest));

    public string Svg(ChartSpec chart, int width = 1000, int height = 420)
    {
        _warmUp?.GetAwaiter().GetResult();
        return Draw(chart, width, height);
    }

    private static ChartSpec Small(ChartKind kind) => new("", kind, "", "", "")
    {
        Series = [new ChartSeries("a", [0, 1], [1, 2]), new ChartSeries("b", [0, 1], [2, 1])],
        Categories = ["a", "b"],
    };

    private static string Draw(ChartSpec chart, int width, int height)
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
