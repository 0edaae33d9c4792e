namespace KvmTraceLab.Output.Charts;

/// <summary>What Radzen's series read by property name: a point, a bar or a cell. Bars use <see cref="Label"/> for X.</summary>
internal sealed record ChartPoint(double X, double Y, double Z, string Label);
