using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Radzen.Blazor;

namespace KvmTraceLab.Output.Charts;

/// <summary>The Radzen component tree of one chart; its legend and title are drawn around it by <see cref="SvgDocument"/>.</summary>
internal sealed class RadzenChartView : ComponentBase
{
    [Parameter]
    public ChartPlan? Plan { get; set; }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        if (Plan is not { } plan) return;
        builder.OpenComponent<RadzenChart>(0);
        builder.AddAttribute(1, "Style", $"width:{plan.PlotWidth}px;height:{plan.PlotHeight}px");
        builder.AddAttribute(2, "ChildContent", (RenderFragment)(chart => BuildChart(chart, plan)));
        builder.CloseComponent();
    }

    private static void BuildChart(RenderTreeBuilder chart, ChartPlan plan)
    {
        for (var i = 0; i < plan.Series.Count; i++)
        {
            switch (plan.Chart.Kind)
            {
                case ChartKind.Stacked:
                    BuildSeries<RadzenStackedAreaSeries<ChartPoint>>(chart, plan, i);
                    break;
                case ChartKind.Heatmap:
                    BuildSeries<RadzenHeatmapSeries<ChartPoint>>(chart, plan, i);
                    break;
                case ChartKind.Bar:
                    BuildSeries<RadzenBarSeries<ChartPoint>>(chart, plan, i);
                    break;
                default:
                    BuildSeries<RadzenLineSeries<ChartPoint>>(chart, plan, i);
                    break;
            }
        }

        chart.OpenComponent<RadzenLegend>(100);
        chart.AddAttribute(101, "Visible", false);
        chart.CloseComponent();

        var isHeat = plan.Chart.Kind == ChartKind.Heatmap;
        BuildAxis<RadzenValueAxis>(chart, plan.Values, isHeat ? _ => Blank(plan) : plan.Values.ShortLabel, isHeat ? "" : plan.Chart.YTitle, !isHeat);
        if (plan.Chart.Kind == ChartKind.Bar) BuildAxis<RadzenCategoryAxis>(chart, null, null, plan.Chart.XTitle, false);
        else BuildAxis<RadzenCategoryAxis>(chart, plan.Times, plan.Times.Label, plan.XTitle, false);
    }

    /// <summary>The blank labels of a heat map's rows hold the room that the names, drawn over it, need.</summary>
    private static string Blank(ChartPlan plan) =>
        new('\u2007', plan.RowNames.Select(n => Math.Min(TimeOverlay.RowNameWidth, TextWidth.Of(SafeText.Clean(n)))).DefaultIfEmpty(0).Max());

    private static void BuildSeries<T>(RenderTreeBuilder chart, ChartPlan plan, int index)
        where T : IComponent
    {
        var isBar = plan.Chart.Kind == ChartKind.Bar;
        chart.OpenComponent(10, typeof(T));
        chart.SetKey(index);
        chart.AddAttribute(11, "Data", plan.Series[index]);
        chart.AddAttribute(12, "CategoryProperty", isBar ? nameof(ChartPoint.Label) : nameof(ChartPoint.X));
        chart.AddAttribute(13, "ValueProperty", nameof(ChartPoint.Y));
        chart.AddAttribute(14, "Title", index.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (plan.Chart.Kind == ChartKind.Heatmap)
        {
            chart.AddAttribute(15, "IntensityProperty", nameof(ChartPoint.Z));
            chart.AddAttribute(16, "ColorRange", plan.Heat);
            chart.AddAttribute(17, "Fill", "transparent");
            chart.AddAttribute(18, "CellHeight", 1.0);
            chart.AddAttribute(21, "CellWidth", plan.CellWidth);
            chart.AddAttribute(19, "StrokeWidth", 0.0);
        }

        if (index == plan.Series.Count - 1 && !isBar)
        {
            chart.AddAttribute(20, "ChildContent", (RenderFragment)(child =>
            {
                child.OpenComponent<TimeOverlay>(0);
                child.AddAttribute(1, nameof(TimeOverlay.Chart), plan.Chart);
                child.AddAttribute(2, nameof(TimeOverlay.Rows), plan.RowNames);
                child.CloseComponent();
            }));
        }

        chart.CloseComponent();
    }

    private static void BuildAxis<T>(RenderTreeBuilder chart, AxisSteps? steps, Func<double, string>? label, string title, bool grid)
        where T : IComponent
    {
        chart.OpenComponent(50, typeof(T));
        if (steps is { } axis)
        {
            chart.AddAttribute(51, "Min", (object)axis.From);
            chart.AddAttribute(52, "Max", (object)axis.To);
            chart.AddAttribute(53, "Step", (object)axis.Step);
        }

        if (label is not null) chart.AddAttribute(54, "Formatter", (Func<object, string>)(v => label(Convert.ToDouble(v, System.Globalization.CultureInfo.InvariantCulture))));
        chart.AddAttribute(55, "ChildContent", (RenderFragment)(child =>
        {
            if (grid)
            {
                child.OpenComponent<RadzenGridLines>(0);
                child.AddAttribute(1, "Visible", true);
                child.CloseComponent();
            }

            child.OpenComponent<RadzenAxisTitle>(5);
            child.AddAttribute(6, "Text", SafeText.Clean(title));
            child.CloseComponent();
        }));
        chart.CloseComponent();
    }
}
