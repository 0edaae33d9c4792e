using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Tests.Output;

/// <summary>One chart of each kind, and one with hostile names; small, so that their golden SVGs can be read.</summary>
internal static class SampleCharts
{
    private static readonly double[] Times = [.. Enumerable.Range(0, 12).Select(i => 987816.2 + (i * 0.01))];

    public static ChartSpec Line { get; } = new("rate", ChartKind.Line, "Exits per second by reason", "time (s)", "exits per second")
    {
        Series = [Series("IO_INSTRUCTION", 9000, 1.3), Series("EPT_VIOLATION", 4000, 0.7), Series("EXTERNAL_INTERRUPT", 900, 2.1)],
        Bands = [new(987816.23, 987816.27, "loop 1: 3 events, 52 turns", false), new(987816.285, 987816.291, "12 events lost", true)],
        Marks = [new(987816.228, "CR4.CET=1"), new(987816.262, "first bug verdict")],
    };

    public static ChartSpec Stacked { get; } = Line with { Id = "stack", Kind = ChartKind.Stacked, Title = "Exits per second, stacked", Marks = [] };

    public static ChartSpec Heatmap { get; } = new("heat", ChartKind.Heatmap, "Exits by reason over time", "time (s)", "exits per second")
    {
        Series =
        [
            Series("IO_INSTRUCTION", 9000, 1.3), Series("EPT_VIOLATION", 300, 0.7), Series("EXTERNAL_INTERRUPT", 50, 2.1),
            new("HLT", Times, [.. Times.Select((_, i) => i == 4 ? 20.0 : 0)]),
        ],
        Bands = [new(987816.285, 987816.295, "lost", true)],
        Marks = [new(987816.228, "CR4.CET=1")],
    };

    public static ChartSpec Bar { get; } = new("top", ChartKind.Bar, "Exits by reason", "reason", "exits")
    {
        Categories = ["IO_INSTRUCTION", "EPT_VIOLATION", "EXTERNAL_INTERRUPT", "PREEMPTION_TIMER", "a reason whose name is far too long for an axis"],
        Series = [new("exits", [0, 1, 2, 3, 4], [123456, 40000, 3000, 250, 1])],
    };

    public static ChartSpec Hostile { get; } = new("x\"><script>", ChartKind.Line, "</title><script>alert(1)</script> & \u001b[31m", "time (s) <b>", "y & \"z\"")
    {
        Series = [new("<img src=x onerror=alert(1)>", [0, 1, double.NaN, 2], [1, double.PositiveInfinity, 3, 5]), new("漢字 \u202e", [0, 2], [2, 2])],
        Bands = [new(0.5, 1, "</g><script>", false), new(5, 6, "outside", true)],
        Marks = [new(1.5, "a&b"), new(double.NaN, "never")],
    };

    private static ChartSeries Series(string name, double top, double phase) =>
        new(name, Times, [.. Times.Select((_, i) => Math.Round(top * (1 + Math.Sin((i * 0.9) + phase)) / 2))]);
}
