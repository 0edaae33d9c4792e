using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>The columns that every table of exits has, in perf kvm stat's order, ours to the right.</summary>
internal static class ExitGroup
{
    public static Column[] Columns =>
    [
        new("count", "Samples", ColumnKind.Count),
        new("share", "Samples%", ColumnKind.Share),
        new("time_share", "Time%", ColumnKind.Share),
        new("min_ns", "Min Time", ColumnKind.Duration),
        new("max_ns", "Max Time", ColumnKind.Duration),
        new("mean_ns", "Avg time", ColumnKind.Duration),
        new("p50_ns", "p50", ColumnKind.Duration, Optional: true),
        new("p95_ns", "p95", ColumnKind.Duration, Optional: true),
        new("p99_ns", "p99", ColumnKind.Duration, Optional: true),
        new("total_ns", "Total", ColumnKind.Duration, Optional: true),
        new("timed", "Timed", ColumnKind.Count, Optional: true),
        new("to_userspace", "To user", ColumnKind.Count, Optional: true),
    ];

    public static object?[] Cells(ExitStat stat, long total, long hostNs)
    {
        var times = stat.Times;
        var timed = times.Count > 0;
        return
        [
            stat.Count,
            total == 0 ? 0.0 : (double)stat.Count / total,
            hostNs == 0 ? null : (double)times.Total / hostNs,
            timed ? times.Min : null,
            timed ? times.Max : null,
            timed ? (long)Math.Round(times.Mean) : null,
            timed ? times.Percentile(0.50) : null,
            timed ? times.Percentile(0.95) : null,
            timed ? times.Percentile(0.99) : null,
            timed ? times.Total : null,
            times.Count,
            stat.ToUserspace,
        ];
    }

    /// <summary>The contract's keys of one group.</summary>
    public static void WriteJson(JsonObject item, ExitStat stat, long total)
    {
        var times = stat.Times;
        item["count"] = stat.Count;
        item["share"] = total == 0 ? 0.0 : (double)stat.Count / total;
        item["timed"] = times.Count;
        item["totalNs"] = times.Total;
        var timed = times.Count > 0;
        item["minNs"] = timed ? times.Min : null;
        item["meanNs"] = timed ? (long)Math.Round(times.Mean) : null;
        item["p50Ns"] = timed ? times.Percentile(0.50) : null;
        item["p95Ns"] = timed ? times.Percentile(0.95) : null;
        item["p99Ns"] = timed ? times.Percentile(0.99) : null;
        item["maxNs"] = timed ? times.Max : null;
        item["toUserspace"] = stat.ToUserspace;
        item["reflected"] = stat.Reflected;
        if (stat.FailedVmentry > 0) item["failedVmentry"] = stat.FailedVmentry;
    }

    public static ExitStat Sum(ExitStat a, ExitStat b)
    {
        var sum = new ExitStat();
        sum.Merge(a);
        sum.Merge(b);
        return sum;
    }
}
