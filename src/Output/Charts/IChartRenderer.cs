using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Output.Charts;

/// <summary>Draws charts. The only thing the rest of the program knows about charting libraries (docs/decisions/0003-charts.md).</summary>
public interface IChartRenderer
{
    /// <summary>A standalone SVG document of that size in pixels; the same for the same input.</summary>
    string Svg(ChartSpec chart, int width = 1000, int height = 420);
}
