using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output.Text;
using Radzen.Blazor;

namespace KvmTraceLab.Output.Charts;

/// <summary>A chart's data made ready for drawing: finite points, common axes, no more points than pixels can show.</summary>
internal sealed class ChartPlan
{
    // Radzen makes a component of every point, so these bound the time a chart takes, too.
    private const int MostPoints = 400;
    private const int MostLayerPoints = 250;
    // Radzen computes ticks as decimals, which end at 7.9e28.
    private const double Absurd = 1e24;
    private const int MostCells = 150;

    public required ChartSpec Chart { get; init; }

    public required int PlotWidth { get; init; }

    public required int PlotHeight { get; init; }

    public List<List<ChartPoint>> Series { get; } = [];

    public AxisSteps Times { get; private set; }

    public AxisSteps Values { get; private set; }

    /// <summary>The x axis, with what was made one where there are more values than pixels.</summary>
    public string XTitle { get; private set; } = "";

    /// <summary>Heat maps: seconds that a cell is wide.</summary>
    public double CellWidth { get; private set; }

    public List<string> RowNames { get; } = [];

    public List<SeriesColorRange> Heat { get; } = [];

    /// <summary>Names beside the colour class each has.</summary>
    public List<(string Css, string Name)> Legend { get; } = [];

    public static ChartPlan Of(ChartSpec chart, int width, int height)
    {
        var plan = new ChartPlan { Chart = chart, PlotWidth = width, PlotHeight = height, XTitle = chart.XTitle };
        switch (chart.Kind)
        {
            case ChartKind.Bar:
                plan.PlanBars();
                break;
            case ChartKind.Heatmap:
                plan.PlanHeat();
                break;
            case ChartKind.Stacked:
                plan.PlanStack();
                break;
            default:
                plan.PlanLines();
                break;
        }

        return plan;
    }

    private static IEnumerable<(double X, double Y)> Points(ChartSeries series) =>
        series.X.Zip(series.Y).Where(p => Math.Abs(p.First) < Absurd && Math.Abs(p.Second) < Absurd);

    private void PlanLines()
    {
        for (var i = 0; i < Chart.Series.Count; i++)
        {
            Series.Add([.. Thin([.. Points(Chart.Series[i])]).Select(p => new ChartPoint(p.X, p.Y, 0, ""))]);
            Legend.Add(($"rz-series-{i}", Chart.Series[i].Name));
        }

        SetAxes(Series.SelectMany(s => s).Select(p => p.Y));
    }

    private void PlanStack()
    {
        // Layers must share their x values; where one has none it is zero.
        double[] xs = [.. Chart.Series.SelectMany(Points).Select(p => p.X).Distinct().Order()];
        var sums = new Dictionary<double, double>();
        var group = Math.Max(1, (xs.Length + MostLayerPoints - 1) / MostLayerPoints);
        for (var i = 0; i < Chart.Series.Count; i++)
        {
            var values = new Dictionary<double, double>();
            foreach (var (x, y) in Points(Chart.Series[i])) values[x] = y;
            List<ChartPoint> layer = [];
            foreach (var part in xs.Chunk(group))
            {
                // Means keep the layers' proportions, which extremes would not.
                var mean = part.Average(x => values.GetValueOrDefault(x));
                var middle = part.Average();
                layer.Add(new(middle, mean, 0, ""));
                sums[middle] = sums.GetValueOrDefault(middle) + mean;
            }

            Series.Add(layer);
            Legend.Add(($"rz-series-{i}", Chart.Series[i].Name));
        }

        if (group > 1) XTitle += $", means of {group}";
        SetAxes(sums.Values);
    }

    private void PlanHeat()
    {
        double[] xs = [.. Chart.Series.SelectMany(Points).Select(p => p.X).Distinct().Order()];
        var group = Math.Max(1, (xs.Length + MostCells - 1) / MostCells);
        var one = Chart.Window ?? (xs.Length > 1 ? xs.Zip(xs.Skip(1)).Min(pair => pair.Second - pair.First) : 1);
        var window = one * group;
        List<ChartPoint> cells = [];
        var rows = Chart.Series.Count;
        for (var i = 0; i < rows; i++)
        {
            var values = new Dictionary<double, double>();
            foreach (var (x, y) in Points(Chart.Series[i])) values[x] = y;
            foreach (var part in xs.Chunk(group))
            {
                var most = part.Max(x => values.GetValueOrDefault(x));
                // x is the middle of a window, Radzen's that of the cell.
                cells.Add(new(part[0] + ((window - one) / 2), rows - 1 - i, most, ""));
            }

            RowNames.Insert(0, Chart.Series[i].Name);
        }

        Series.Add(cells);
        var top = cells.Count == 0 ? 0 : cells.Max(c => c.Z);
        if (top > 0)
        {
            // Exits differ by orders of magnitude, so each colour is four times the one before.
            var from = double.Epsilon;
            for (var level = 0; level < 5; level++)
            {
                var to = top / Math.Pow(4, 4 - level);
                Heat.Add(new() { Min = from, Max = level == 4 ? double.MaxValue : to, Color = $"heat-{level}" });
                Legend.Add(($"ktl-heat-{level}", level == 0 ? $"up to {CellText.Short(to)}" : $"to {CellText.Short(to)}"));
                from = to;
            }
        }

        if (group > 1) XTitle += $", most of {group}";
        CellWidth = window;
        SetAxes([0], window / 2);
        Values = new(-0.5, Math.Max(1, rows) - 0.5, 1);
    }

    private void PlanBars()
    {
        // Two bars of one name would be drawn as one.
        var names = new HashSet<string>(StringComparer.Ordinal);
        var labels = Chart.Categories.Select(full =>
        {
            var name = TextWidth.Fit(SafeText.Clean(full), 28);
            var label = name;
            for (var n = 2; !names.Add(label); n++) label = $"{name} ({n})";
            return label;
        }).ToList();
        double most = 0;
        double least = 0;
        for (var i = 0; i < Chart.Series.Count; i++)
        {
            var series = Chart.Series[i];
            List<ChartPoint> bars = [];
            for (var c = 0; c < Math.Min(Chart.Categories.Count, series.Y.Count); c++)
            {
                var y = Math.Abs(series.Y[c]) < Absurd ? series.Y[c] : 0;
                bars.Add(new(c, y, 0, labels[c]));
                most = Math.Max(most, y);
                least = Math.Min(least, y);
            }

            Series.Add(bars);
            Legend.Add(($"rz-series-{i}", series.Name));
        }

        Values = AxisSteps.Over(least, most, 8);
    }

    private void SetAxes(IEnumerable<double> values, double margin = 0)
    {
        var xs = Series.SelectMany(s => s).Select(p => p.X).DefaultIfEmpty(0).ToList();
        var (from, to) = (xs.Min() - margin, xs.Max() + margin);
        // Long time stamps need room: estimate the label, then ask for as many ticks as fit.
        var label = AxisSteps.Over(from, to, 10).Label(to).Length;
        Times = AxisSteps.Over(from, to, Math.Clamp((PlotWidth - 100) / ((label * 9) + 24), 2, 12)).Until(to);
        var ys = values.DefaultIfEmpty(0).ToList();
        // Labels of bands and marks stand at the top, where the peaks are.
        var room = Chart.Bands.Count + Chart.Marks.Count > 0 ? 1.12 : 1;
        Values = AxisSteps.Over(Math.Min(0, ys.Min()), Math.Max(ys.Max() * room, 1e-9), 6);
    }

    /// <summary>Keeps the extremes of each group of points, in their order, so that no peak is lost.</summary>
    private static List<(double X, double Y)> Thin(List<(double X, double Y)> points)
    {
        if (points.Count <= MostPoints) return points;
        var group = (2 * points.Count / MostPoints) + 1;
        List<(double X, double Y)> kept = [];
        foreach (var part in points.Chunk(group))
        {
            var low = part.MinBy(p => p.Y);
            var high = part.MaxBy(p => p.Y);
            kept.Add(low.X <= high.X ? low : high);
            if (low != high) kept.Add(low.X <= high.X ? high : low);
        }

        return kept;
    }
}
