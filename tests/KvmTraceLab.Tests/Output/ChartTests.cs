using System.Xml.Linq;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output.Charts;

namespace KvmTraceLab.Tests.Output;

public sealed class ChartTests
{
    public static TheoryData<string> Names => ["rate", "stack", "heat", "top", "hostile"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Charts_are_drawn_as_kept(string name) => GoldenFile.Check($"output/chart-{name}.svg", new RadzenChartRenderer().Svg(Chart(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_chart_is_a_document_of_its_size_that_refers_to_nothing_and_runs_nothing(string name)
    {
        var text = new RadzenChartRenderer().Svg(Chart(name), 800, 300);
        var root = XDocument.Parse(text).Root!;
        Assert.Equal("http://www.w3.org/2000/svg", root.Name.NamespaceName);
        Assert.Equal(("800", "300"), (root.Attribute("width")!.Value, root.Attribute("height")!.Value));
        Assert.DoesNotContain(root.Descendants(), e => e.Name.LocalName is "script" or "foreignObject" or "image" or "a" or "img");
        Assert.DoesNotContain(root.Descendants().Attributes(), a => a.Name.LocalName.StartsWith("on", StringComparison.Ordinal) || a.Name.LocalName is "href" or "style");
        Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n');
        var ids = root.Descendants().Attributes("id").Select(a => a.Value).ToList();
        Assert.Equal(ids.Distinct(), ids);
    }

    [Fact]
    public void Drawing_twice_gives_the_same() =>
        Assert.Equal(new RadzenChartRenderer().Svg(SampleCharts.Line), new RadzenChartRenderer().Svg(SampleCharts.Line));

    /// <summary>WCAG 2.1 asks for 3:1 of what one must see to understand a figure, on the light and on the dark background.</summary>
    [Fact]
    public void Series_stand_out_from_the_background()
    {
        var halves = ChartStyle.Css.Split("@media", 2);
        Assert.All(halves, half =>
        {
            var back = Colours(half, ".ktl-back").Single();
            var series = Enumerable.Range(0, 20).SelectMany(i => Colours(half, $".rz-series-{i} path")).ToList();
            Assert.Equal(20, series.Count);
            Assert.All(series, colour => Assert.True(Contrast(colour, back) >= 3, $"{colour} on {back}: {Contrast(colour, back):0.00}"));
        });

        static IEnumerable<string> Colours(string css, string selector) => css.Split('\n')
            .Where(l => l.StartsWith($".ktl-chart {selector}{{", StringComparison.Ordinal)).Select(l => l[(l.LastIndexOf('#') + 1)..l.LastIndexOf('}')]);

        static double Contrast(string a, string b)
        {
            var (one, other) = (Luminance(a), Luminance(b));
            return (Math.Max(one, other) + 0.05) / (Math.Min(one, other) + 0.05);
        }

        static double Luminance(string hex)
        {
            double[] rgb = [.. Convert.FromHexString(hex).Select(c => c / 255.0).Select(c => c <= 0.03928 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4))];
            return (0.2126 * rgb[0]) + (0.7152 * rgb[1]) + (0.0722 * rgb[2]);
        }
    }

    /// <summary>Cells reach the top of a heat map: what is written there stands above it.</summary>
    [Fact]
    public void Labels_of_a_heat_map_lie_on_no_cell()
    {
        var root = XDocument.Parse(new RadzenChartRenderer().Svg(Chart("heat"))).Root!;
        var labels = root.Descendants().Where(e => e.Attribute("class")?.Value is "ktl-band-label" or "ktl-loss-label" or "ktl-mark-label").ToList();
        Assert.NotEmpty(labels);
        Assert.All(labels, l => Assert.True(double.Parse(l.Attribute("y")!.Value, System.Globalization.CultureInfo.InvariantCulture) < 0));
    }

    [Fact]
    public void A_chart_without_data_says_so()
    {
        foreach (var kind in Enum.GetValues<ChartKind>())
        {
            Assert.Contains("no data in this span", new RadzenChartRenderer().Svg(new("e", kind, "t", "x", "y")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_peak_among_many_points_is_not_thinned_away()
    {
        double[] xs = [.. Enumerable.Range(0, 50_000).Select(i => i / 1000.0)];
        var chart = new ChartSpec("m", ChartKind.Line, "t", "x", "y") { Series = [new("s", xs, [.. xs.Select((_, i) => i == 31_415 ? 900.0 : 1)])] };
        var plan = ChartPlan.Of(chart, 1000, 420);
        Assert.InRange(plan.Series[0].Count, 200, 450);
        Assert.Equal((31.415, 900.0), (plan.Series[0].MaxBy(p => p.Y)!.X, plan.Series[0].Max(p => p.Y)));
    }

    /// <summary>A window from 10 to 12 is drawn from 10 to 12, alone or with others, one a cell or several.</summary>
    [Theory]
    [InlineData(1, 2, 11)]
    [InlineData(5, 2, 11)]
    [InlineData(300, 4, 12)]
    public void A_cell_of_a_heat_map_covers_its_windows(int windows, double width, double middle)
    {
        double[] xs = [.. Enumerable.Range(0, windows).Select(i => 11 + (2.0 * i))];
        var chart = new ChartSpec("h", ChartKind.Heatmap, "t", "x", "y") { Series = [new("s", xs, [.. xs.Select(_ => 1.0)])], Window = 2 };
        var plan = ChartPlan.Of(chart, 1000, 420);
        Assert.Equal((width, middle), (plan.CellWidth, plan.Series[0][0].X));
        Assert.Equal(windows > 150 ? $"x, most of {width / 2}" : "x", plan.XTitle);
    }

    [Fact]
    public void Layers_say_how_many_windows_a_point_is_the_mean_of()
    {
        double[] xs = [.. Enumerable.Range(0, 1000).Select(i => i + 0.5)];
        var chart = new ChartSpec("s", ChartKind.Stacked, "t", "x", "per second") { Series = [new("s", xs, [.. xs.Select(x => x < 4 ? 8.0 : 0)])] };
        var plan = ChartPlan.Of(chart, 1000, 420);
        Assert.Equal("x, means of 4", plan.XTitle);
        Assert.Equal((2.0, 8.0), (plan.Series[0][0].X, plan.Series[0][0].Y));
        Assert.Equal("x", ChartPlan.Of(chart with { Series = [new("s", [1, 2], [1, 2])] }, 1000, 420).XTitle);
    }

    [Fact]
    public void The_time_axis_ends_with_the_values()
    {
        var chart = new ChartSpec("s", ChartKind.Line, "t", "x", "y") { Series = [new("s", [1000, 1010.009], [1, 2])] };
        var plan = ChartPlan.Of(chart, 1000, 420);
        Assert.Equal(new AxisSteps(1000, 1010.009, 1), plan.Times);
        Assert.Equal(new AxisSteps(1000, 1010, 1), ChartPlan.Of(chart with { Series = [new("s", [1000, 1010], [1, 2])] }, 1000, 420).Times);
    }

    [Theory]
    [InlineData(0, 10, 5, 2, "4")]
    [InlineData(987816.2, 987816.31, 4, 0.05, "987816.25")]
    [InlineData(0, 0, 5, 2e-7, "0.0000002")]
    [InlineData(0, 123456, 8, 20000, "20000")]
    public void Axes_step_by_round_numbers(double from, double to, int most, double step, string label)
    {
        var axis = AxisSteps.Over(from, to, most);
        Assert.Equal(step, axis.Step, step * 1e-9);
        Assert.True(axis.From <= from + (step * 1e-6) && axis.To >= to - (step * 1e-6));
        Assert.Equal(label, axis.Label(double.Parse(label)));
    }

    [Fact]
    public void Absurd_numbers_end_in_a_chart_too()
    {
        double[][] all = [[0, 1e18, 1e18 + 256], [1e18, 1e18 + 128], [double.MaxValue, double.MinValue], [1e99, -1e99], [double.Epsilon, 0], [5], [7, 7, 7], [-3, -1], [1e-300, 2e-300]];
        foreach (var kind in Enum.GetValues<ChartKind>())
        {
            foreach (var xs in all)
            {
                foreach (var ys in new[] { xs, [.. xs.Select((_, i) => (double)i)] })
                {
                    var chart = new ChartSpec("a", kind, "t", "x", "y") { Series = [new("s", xs, ys)], Categories = ["a", "a", "b"], Bands = [new(xs[0], xs[^1], "b", false)] };
                    var root = XDocument.Parse(new RadzenChartRenderer().Svg(chart)).Root!;
                    Assert.DoesNotContain(root.Descendants().Attributes(), a => a.Value.Contains("NaN") || a.Value.Contains("Infinity"));
                    Assert.InRange(root.Descendants().Count(), 5, 400);
                }
            }
        }
    }

    private static ChartSpec Chart(string name) => name switch
    {
        "rate" => SampleCharts.Line,
        "stack" => SampleCharts.Stacked,
        "heat" => SampleCharts.Heatmap,
        "top" => SampleCharts.Bar,
        _ => SampleCharts.Hostile,
    };
}
