using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Rates;

/// <summary>What a chart of exits over time draws, as tables and as JSON: no curve is only a picture.</summary>
public static class RateReport
{
    /// <param name="rate">The rates, after the trace has ended.</param>
    /// <param name="run">The trace.</param>
    /// <param name="chart">The chart drawn of them; its bands and marks belong to the report.</param>
    /// <param name="withWindows">Adds the table <c>windows</c>, a row for each window and name with exits.</param>
    public static Report Of(ExitRate rate, TraceRun run, ChartSpec chart, bool withWindows)
    {
        var report = new Report("chart");
        var top = rate.Top(run);
        var total = top.Sum(s => s.Series.Total);
        var perSecond = run.IsNanoseconds ? 1e9 / rate.WindowNs : (double?)null;
        report.Document["title"] = chart.Title;
        report.Document["by"] = rate.KeyName.ToLowerInvariant();
        report.Document["timeUnit"] = run.TimeUnit;
        report.Document["startNs"] = rate.OriginNs;
        report.Document["windowNs"] = rate.WindowNs;
        report.Document["exits"] = total;
        report.Document["untimed"] = rate.Untimed;
        report.Document["series"] = new JsonArray([.. top.Select(s => (JsonNode)new JsonObject
        {
            ["name"] = s.Name,
            ["exits"] = s.Series.Total,
            ["counts"] = new JsonArray([.. Enumerable.Range(0, s.Series.Length).Select(w => (JsonNode)s.Series.CountAt(w))]),
        })]);
        report.Document["bands"] = new JsonArray([.. chart.Bands.Select(b => (JsonNode)new JsonObject
        {
            ["label"] = b.Label, ["lost"] = b.IsLoss, ["fromSeconds"] = b.FromSeconds, ["toSeconds"] = b.ToSeconds,
        })]);
        report.Document["marks"] = new JsonArray([.. chart.Marks.Select(m => (JsonNode)new JsonObject { ["label"] = m.Label, ["atSeconds"] = m.AtSeconds })]);
        report.Sections.Add(new("series", chart.Title) { Table = Series(top, total, perSecond, rate, run.TimeUnit) });
        if (withWindows) report.Sections.Add(new("windows", "Windows") { Table = Windows(top, perSecond, rate, run.TimeUnit) });
        return report;
    }

    private static ReportTable Series(IReadOnlyList<(string Name, RateSeries Series)> top, long total, double? perSecond, ExitRate rate, string timeUnit)
    {
        var table = new ReportTable(
            new(rate.KeyName.ToLowerInvariant(), rate.KeyName, ColumnKind.Text), new("exits", "Exits", ColumnKind.Count), new("share", "Share", ColumnKind.Share),
            new("peak_per_sec", "Peak rate", ColumnKind.Rate), new("peak_start_ns", "Peak at", ColumnKind.Time))
        {
            TimeUnit = timeUnit, ShowAtMost = 40, Footer = $"Windows of {Numbers.Duration(rate.WindowNs, timeUnit)}; --format csv or json has each.",
        };
        foreach (var (name, series) in top)
        {
            var peak = Enumerable.Range(0, series.Length).MaxBy(series.CountAt);
            table.Add(name, series.Total, total == 0 ? null : (double)series.Total / total, series.CountAt(peak) * perSecond, rate.OriginNs + (peak * rate.WindowNs));
        }

        return table;
    }

    private static ReportTable Windows(IReadOnlyList<(string Name, RateSeries Series)> top, double? perSecond, ExitRate rate, string timeUnit)
    {
        var table = new ReportTable(
            new("start_ns", "Start", ColumnKind.Time), new(rate.KeyName.ToLowerInvariant(), rate.KeyName, ColumnKind.Text), new("exits", "Exits", ColumnKind.Count),
            new("per_sec", "Rate", ColumnKind.Rate), new("host_ns", "Host time", ColumnKind.Duration))
        {
            TimeUnit = timeUnit,
        };
        var windows = top.Count == 0 ? 0 : top.Max(s => s.Series.Length);
        for (var w = 0; w < windows; w++)
        {
            foreach (var (name, series) in top)
            {
                if (series.CountAt(w) is > 0 and var exits) table.Add(rate.OriginNs + (w * rate.WindowNs), name, exits, exits * perSecond, series.HostNsAt(w));
            }
        }

        return table;
    }
}
