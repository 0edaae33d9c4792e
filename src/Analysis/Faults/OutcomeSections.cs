using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Analysis.Signatures;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Analysis.Faults;

/// <summary>What KVM did about the faults: how many of each vCPU's were handled, and the pages whose faults were not.</summary>
internal static class OutcomeSections
{
    private const int MaxPages = 20;

    private static readonly (FaultOutcome Outcome, string Key, string Title)[] Columns =
    [
        (FaultOutcome.Mapped, "mapped", "Mapped"), (FaultOutcome.Emulated, "emulated", "Emulated"), (FaultOutcome.Injected, "injected", "Injected"),
        (FaultOutcome.Spurious, "spurious", "Spurious"), (FaultOutcome.Retried, "retried", "Retried"), (FaultOutcome.Unknown, "unknown", "Unknown"),
    ];

    public static ReportSection Section(FaultJudge judge)
    {
        var table = new ReportTable(
        [
            new Column("tid", "TID", ColumnKind.Count), new Column("vcpu", "vCPU", ColumnKind.Count), new Column("level", "Of", ColumnKind.Text),
            new Column("faults", "Faults", ColumnKind.Count), .. Columns.Select(c => new Column(c.Key, c.Title, ColumnKind.Count)), new Column("handled", "Handled", ColumnKind.Share),
        ]) { ShowAtMost = 16, Footer = "Retried: the guest was entered again without what it needs. Handled: the others, of those whose end is known." };
        var section = new ReportSection("outcomes", "What KVM did about the faults") { Table = table };
        foreach (var thread in judge.Outcomes.OrderByDescending(t => t[FaultOutcome.Retried]).ThenByDescending(t => t.Faults))
        {
            table.Add([(long)thread.Lane.Tid, (long?)thread.Lane.Vcpu, FaultDocument.Level(thread.Level), thread.Faults, .. Columns.Select(c => (object)thread[c.Outcome]), thread.HandledShare]);
            if (thread.IsStuck)
                section.Paragraphs.Add($"{Finding.NameOf(thread.Lane)} is stuck: {thread.Handled} of {FaultDocument.Level(thread.Level)}'s {thread.Known} faults were handled, fewer than one in five.");
        }

        if (Pages(judge) is { Rows.Count: > 0 } pages) section.Children.Add(new ReportSection("retried-pages", "Pages whose faults were retried") { Table = pages });
        return section;
    }

    private static ReportTable Pages(FaultJudge judge)
    {
        var table = new ReportTable(
            new Column("gpa", "GPA", ColumnKind.Hex), new Column("level", "Of", ColumnKind.Text), new Column("faults", "Faults", ColumnKind.Count),
            new Column("retried", "Retried", ColumnKind.Count), new Column("handled", "Handled", ColumnKind.Share)) { ShowAtMost = 8 };
        foreach (var page in judge.RetriedPages(MaxPages))
            table.Add(page.Gpa, FaultDocument.Level(page.Level), page.Faults, page.Retried, (double)(page.Faults - page.Unknown - page.Retried) / (page.Faults - page.Unknown));
        if (judge.PagesUncounted > 0) table.Footer = $"{Finding.Count(judge.PagesUncounted, "fault")} of pages beyond the first million are not in this table.";
        return table;
    }

    public static JsonArray Json(FaultJudge judge)
    {
        var threads = new JsonArray();
        foreach (var thread in judge.Outcomes)
        {
            var item = new JsonObject { ["tid"] = thread.Lane.Tid, ["vcpu"] = thread.Lane.Vcpu, ["level"] = FaultDocument.Level(thread.Level), ["faults"] = thread.Faults };
            foreach (var (outcome, key, _) in Columns) item[key] = thread[outcome];
            item["handledShare"] = thread.HandledShare;
            item["stuck"] = thread.IsStuck;
            threads.Add(item);
        }

        return threads;
    }

    public static JsonArray PagesJson(FaultJudge judge)
    {
        var pages = new JsonArray();
        foreach (var page in judge.RetriedPages(MaxPages))
            pages.Add(new JsonObject { ["gpa"] = Numbers.Hex(page.Gpa), ["level"] = FaultDocument.Level(page.Level), ["faults"] = page.Faults, ["retried"] = page.Retried, ["unknown"] = page.Unknown });
        return pages;
    }
}
