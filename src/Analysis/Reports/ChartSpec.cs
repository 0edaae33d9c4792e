namespace KvmTraceLab.Analysis.Reports;

/// <summary>The kinds of chart there are.</summary>
public enum ChartKind
{
    Line,
    Stacked,
    Heatmap,
    Bar,
}

/// <summary>One line, layer, heat-map row or group of bars: y over x, both of the same length.</summary>
/// <param name="Name">Legend text.</param>
/// <param name="X">Seconds on the trace's clock (line, stacked, heat map) or positions (bar).</param>
/// <param name="Y">Values in the unit of the y axis.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y);

/// <summary>A shaded span of time: a loop, lost events.</summary>
public sealed record ChartBand(double FromSeconds, double ToSeconds, string Label, bool IsLoss);

/// <summary>A moment worth marking: a CR4 write, the first bug verdict.</summary>
public sealed record ChartMark(double AtSeconds, string Label);

/// <summary>A chart as data. Renderers decide pixels, never content.</summary>
/// <param name="Id">Stable short name.</param>
/// <param name="Kind">What to draw.</param>
/// <param name="Title">Heading.</param>
/// <param name="XTitle">x axis with unit, e.g. <c>time (s)</c>.</param>
/// <param name="YTitle">y axis with unit, e.g. <c>exits per second</c>.</param>
public sealed record ChartSpec(string Id, ChartKind Kind, string Title, string XTitle, string YTitle)
{
    public IReadOnlyList<ChartSeries> Series { get; init; } = [];

    /// <summary>How much of the x axis a value stands for, around its x; null: as far as it is to the next.</summary>
    public double? Window { get; init; }

    /// <summary>Bar charts: one label a bar.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    public IReadOnlyList<ChartBand> Bands { get; init; } = [];

    public IReadOnlyList<ChartMark> Marks { get; init; } = [];
}
