using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output.Charts;
using Xunit;

namespace KvmTraceLab.Tests.Output;

public sealed class WarmUpTests
{
    [Fact]
    public void A_renderer_that_was_warmed_up_draws_the_same()
    {
        foreach (var chart in (ChartSpec[])[SampleCharts.Line, SampleCharts.Stacked, SampleCharts.Heatmap, SampleCharts.Bar])
        {
            var warm = new RadzenChartRenderer();
            warm.WarmUp(chart.Kind);
            Assert.Equal(new RadzenChartRenderer().Svg(chart), warm.Svg(chart));
        }
    }
}
