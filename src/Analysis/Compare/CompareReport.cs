using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Compare.Statistics;
using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>Draws a comparison as a <see cref="Report"/>.</summary>
public static class CompareReport
{
    /// <summary>Headlines, sections and the JSON document <c>ktl/compare/1</c>.</summary>
    public static Report ToReport(CompareResult result)
    {
        var report = new Report("compare");
        Fill(report.Document, result);
        AddHeadlines(report, result);
        report.Sections.Add(new ReportSection("stages", "Stages") { Table = StageTable(result) });
        report.Sections.Add(new ReportSection("steps", "Ratios (base over new)") { Table = StepTable(result) });
        if (result.ByReason.Any(r => r.RatesPerUnit.Any(rate => rate is not null))) report.Sections.Add(new ReportSection("by-reason", "What the change is made of") { Table = ReasonTable(result) });
        if (result.Differences is RunDifferences differences) DifferenceSections.Add(report, differences);
        return report;
    }

    private static void AddHeadlines(Report report, CompareResult result)
    {
        (HeadlineKind kind, string word) = result.Verdict switch
        {
            ClaimVerdict.Confirmed => (HeadlineKind.Fact, "The claim is confirmed. "),
            ClaimVerdict.Refuted => (HeadlineKind.Trouble, "The claim is refuted. "),
            ClaimVerdict.CannotTell => (HeadlineKind.Caution, "The data cannot tell. "),
            _ => (HeadlineKind.Fact, ""),
        };
        (string why, List<string> details, string? next) = Reasons(result);
        string[] with = [.. Shares(result, r => r.ShareOfReduction >= 0.05)];
        string[] against = [.. Shares(result, r => r.ShareOfReduction <= -0.05)];
        if (with.Length > 0 && result.Overall.Ratio is double ratio && !(result.Overall.Low <= 1 && result.Overall.High >= 1))
        {
            details.Add($"{(ratio > 1 ? "The reduction" : "The growth")} is made of {string.Join(", ", with)}{(against.Length > 0 ? $", against {string.Join(", ", against)}" : "")}.");
        }

        if (result.HostTimeRatio is double host)
        {
            details.Add($"Host time outside idle exits per {result.Options.Unit}: {Words.Duration(result.Stages[0].BusyHostNsPerUnit!.Value)} before, {Words.Duration(result.Stages[^1].BusyHostNsPerUnit!.Value)} after ({Change(host)}).");
        }

        // What stands against the ratio is told in its sentence already.
        string[] others = [.. result.Notes.Where(n => !result.Why.Contains(n.TrimEnd('.'), StringComparison.Ordinal))];
        if (kind == HeadlineKind.Fact && others.Length < result.Notes.Count) kind = HeadlineKind.Caution;
        report.Headlines.Add(new Headline(kind, word + why, details, next));
        foreach (string note in others) report.Headlines.Add(new Headline(HeadlineKind.Caution, note, [], null));
    }

    /// <summary>Several reasons against a ratio are a line each, for people, and what helps against them comes last.</summary>
    private static (string Why, List<string> Lines, string? Next) Reasons(CompareResult result)
    {
        string reasons = string.Join("; ", result.Obstacles) + ".";
        return result.Obstacles.Count > 1 && result.Why.EndsWith(reasons, StringComparison.Ordinal)
            ? (result.Why[..^reasons.Length].TrimEnd(' ', ':') + ":", [.. result.Obstacles.Where(o => o != Comparer.WholeRuns).Select(o => $"- {o}.")],
                result.Obstacles.Contains(Comparer.WholeRuns, StringComparer.Ordinal) ? "Compare the whole runs with --per trace or --work." : null)
            : (result.Why, [], null);
    }

    private static IEnumerable<string> Shares(CompareResult result, Func<ReasonChange, bool> which) =>
        result.ByReason.Where(which).Take(4).Select(r => $"{r.Reason} ({Words.Digits(r.ShareOfReduction!.Value * 100)}%)");

    private static string Change(double ratio) =>
        ratio is > 0.995 and < 1.005 ? "as much" : ratio > 1 ? $"{Words.Digits(ratio)} times less" : $"{Words.Digits(1 / ratio)} times more";

    private static ReportTable StageTable(CompareResult result)
    {
        var table = new ReportTable(
            new Column("stage", "Stage", ColumnKind.Text),
            new Column("runs", "Runs", ColumnKind.Count),
            new Column("exits", "Exits", ColumnKind.Count),
            new Column("seconds", "Seconds", ColumnKind.Number),
            new Column("vcpus", "vCPUs", ColumnKind.Count),
            new Column("rate_per_sec", "Exits/s", ColumnKind.Rate),
            new Column("rate_per_vcpu_sec", "per vCPU", ColumnKind.Rate, Optional: true),
            new Column("busy_host_ns", "Host time (no HLT)", ColumnKind.Duration, Optional: true),
            new Column("lost_events", "Lost", ColumnKind.Count));
        foreach (StageSummary s in result.Stages)
        {
            table.Add(s.Label, s.Runs == 0 ? null : (long)s.Runs, s.Exits, s.Seconds, (long?)s.Vcpus, s.RatePerSec, s.RatePerVcpuSec, s.BusyHostNs, s.LostEvents);
        }

        return table;
    }

    private static ReportTable StepTable(CompareResult result)
    {
        var table = new ReportTable(
            new Column("from", "From", ColumnKind.Text),
            new Column("to", "To", ColumnKind.Text),
            new Column("ratio", "Ratio", ColumnKind.Number),
            new Column("low", "Low", ColumnKind.Number),
            new Column("high", "High", ColumnKind.Number))
        {
            Footer = $"{result.Options.Quantity}; {Intervals(result)}",
        };
        foreach (CompareStep step in result.Steps) Row(step.From, step.To, step.Interval);
        if (result.Steps.Count > 1) Row(0, result.Stages.Count - 1, result.Overall);
        return table;

        void Row(int from, int to, RatioInterval i) => table.Add(result.Stages[from].Label, result.Stages[to].Label, i.Ratio, i.Low, i.High);
    }

    private static string Intervals(CompareResult result)
    {
        if (result.Stages.All(s => s.Runs == 0)) return "intervals by the rounding of the claimed rates";
        string at = $"intervals at {Words.Digits(result.Options.Confidence * 100)}%";
        return result.Stages.Any(s => s.Runs == 1) ? $"{at}, by the noise within a run and not from run to run" : at;
    }

    private static ReportTable ReasonTable(CompareResult result)
    {
        // Without seconds there are no rates per second; the unit compared always has some.
        bool perSecond = result.ByReason[0].RatesPerSec.All(r => r is not null) && result.Options is { Per: ComparePer.Second, Work.Count: 0 };
        var columns = new List<Column> { new("reason", "Reason", ColumnKind.Text) };
        for (int i = 0; i < result.Stages.Count; i++)
        {
            columns.Add(new Column(
                perSecond ? $"rate_per_sec_{i}" : $"per_unit_{i}", $"{(i == 0 ? "Base" : result.Stages.Count == 2 ? "New" : $"Stage {i}")} per {(perSecond ? "s" : result.Options.Unit)}",
                perSecond || result.Options is { Per: not ComparePer.Trace, Work.Count: 0 } ? ColumnKind.Rate : ColumnKind.Number));
        }

        columns.Add(new Column("ratio", "Ratio", ColumnKind.Number));
        columns.Add(new Column("share_of_reduction", "Of the change", ColumnKind.Share));
        var table = new ReportTable([.. columns]) { ShowAtMost = 20 };
        foreach (ReasonChange r in result.ByReason)
        {
            IReadOnlyList<double?> rates = perSecond ? r.RatesPerSec : r.RatesPerUnit;
            table.Add([r.Reason, .. rates.Cast<object?>(), r.Ratio, r.ShareOfReduction]);
        }

        return table;
    }

    private static void Fill(JsonObject json, CompareResult result)
    {
        json["per"] = result.Options.Work.Count > 0 ? "work" : result.Options.Per.ToString().ToLowerInvariant();
        json["reasons"] = result.Options.Reasons.Count == 0 ? null : Array(result.Options.Reasons, r => JsonValue.Create(r));
        json["stages"] = Array(result.Stages, s => new JsonObject
        {
            ["label"] = s.Label,
            ["runs"] = s.Runs,
            ["exits"] = s.Exits,
            ["seconds"] = s.Seconds,
            ["vcpus"] = s.Vcpus,
            ["ratePerSec"] = s.RatePerSec,
            ["ratePerVcpuSec"] = s.RatePerVcpuSec,
            ["ratePerUnit"] = s.RatePerUnit,
            ["lostEvents"] = s.LostEvents,
            ["lostUnknown"] = s.LostMarkers,
            ["busyHostNs"] = s.BusyHostNs,
            ["busyHostShare"] = s.BusyHostShare,
        });
        json["steps"] = Array(result.Steps, s => Put(new JsonObject { ["from"] = s.From, ["to"] = s.To }, s.Interval));
        JsonObject overall = Put([], result.Overall);
        overall["confidence"] = result.Options.Confidence;
        json["overall"] = overall;
        json["byReason"] = Array(result.ByReason, r => new JsonObject
        {
            ["reason"] = r.Reason,
            ["ratesPerSec"] = Array(r.RatesPerSec, v => JsonValue.Create(v)),
            ["ratesPerUnit"] = Array(r.RatesPerUnit, v => JsonValue.Create(v)),
            ["ratio"] = r.Ratio,
            ["shareOfReduction"] = r.ShareOfReduction,
            ["hostNsPerUnit"] = Array(r.HostNsPerUnit, v => JsonValue.Create(v)),
        });
        json["hostTimeRatio"] = result.HostTimeRatio;
        json["expect"] = result.Options.Expect;
        json["tolerance"] = result.Options.Tolerance;
        json["verdict"] = result.Verdict switch
        {
            ClaimVerdict.Confirmed => "confirmed",
            ClaimVerdict.Refuted => "refuted",
            ClaimVerdict.CannotTell => "cannot-tell",
            _ => null,
        };
        json["why"] = result.Why;
        json["notes"] = Array(result.Notes, n => JsonValue.Create(n));
        json["bootstrap"] = new JsonObject { ["seed"] = result.Options.Seed, ["replicates"] = RunBootstrap.Replicates };
        if (result.Differences is RunDifferences d) json["differences"] = DifferenceSections.ToJson(d);
    }

    private static JsonObject Put(JsonObject json, RatioInterval interval)
    {
        json["ratio"] = interval.Ratio;
        json["low"] = interval.Low;
        json["high"] = interval.High;
        return json;
    }

    internal static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> of)
    {
        var array = new JsonArray();
        foreach (T item in items) array.Add(of(item));
        return array;
    }
}
