using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Analysis.Signatures;
using KvmTraceLab.Replay.Faults;
using KvmTraceLab.Replay.Hypotheses;

namespace KvmTraceLab.Analysis.Faults;

/// <summary>The parts of reports about faults that people read.</summary>
internal static class FaultSections
{
    private const int MaxEvidence = 12;

    public static ReportSection Verdicts(FaultJudge judge)
    {
        var table = new ReportTable(
            new Column("verdict", "verdict", ColumnKind.Text), new Column("faults", "faults", ColumnKind.Count),
            new Column("share", "share", ColumnKind.Share), new Column("meaning", "meaning", ColumnKind.Text, Optional: true));
        var rows = new List<VerdictCount>();
        foreach (var verdict in Enum.GetValues<FaultVerdict>())
            if (judge.CountOf(verdict) is > 0 and var count) rows.Add(new VerdictCount(verdict, count));
        // Misconfigurations that are a bug are counted among the verdicts, and are no kvm_page_fault.
        var all = Math.Max(judge.Faults, rows.Sum(r => r.Count));
        foreach (var (verdict, count) in rows.OrderByDescending(r => r.Count))
            table.Add(verdict.Name(), count, all > 0 ? (double)count / all : 0, verdict.Rule());
        return new ReportSection("faults", "Page faults") { Table = table };
    }

    public static ReportSection Bugs(FaultJudge judge, string unit, int atMost = int.MaxValue)
    {
        var section = new ReportSection("bugs", judge.Bugs.Count == 1 ? "The bug" : $"{judge.Bugs.Count} bugs");
        foreach (var bug in FaultDocument.InOrder(judge).Take(atMost)) section.Children.Add(Bug(bug, judge, unit));
        return section;
    }

    /// <summary>One bug as a page for a bug mail: verdict, rule, lines, configuration, hypotheses, what to record.</summary>
    public static ReportSection Bug(BugCase bug, FaultJudge judge, string unit)
    {
        var page = new ReportSection("bug", $"{bug.Verdict.Name()}: {bug.Access.Word} at {Numbers.Hex(bug.Gpa)} ({FaultDocument.Level(bug.Level)}, tid {bug.Tid})");
        page.Paragraphs.Add($"{bug.Count} faults from {EvidenceLine.Time(bug.FirstNs, unit)} to {EvidenceLine.Time(bug.LastNs, unit)}, rip {Numbers.Hex(bug.Rip)}, code {Numbers.Hex(bug.Access.Code)}.");
        page.Paragraphs.Add($"Rule broken: {bug.Verdict.Rule()}");
        page.Paragraphs.Add($"Seen: {bug.Why}.");
        page.Paragraphs.Add("Configuration: " + Configuration(judge.Config) + ".");
        var ranked = HypothesisRanking.Rank(bug);
        page.Paragraphs.Add(ranked.Count == 0
            ? "No single changed rule in the list explains it."
            : "What would explain it: " + string.Join("; ", ranked.Take(3).Select(h => $"{h.Title} ({Numbers.Percent(h.Fits)} of the faults)")) + ".");
        page.Paragraphs.Add("To confirm: " + Next(bug) + ".");
        foreach (var e in bug.Evidence.Take(MaxEvidence)) page.Verbatim.Add(EvidenceLine.Of(e, bug.Comm, unit));
        return page;
    }

    public static ReportSection Findings(FaultJudge judge)
    {
        var table = new ReportTable(
            new Column("id", "rule", ColumnKind.Text), new Column("sptes", "SPTEs", ColumnKind.Count), new Column("gfn", "first gfn", ColumnKind.Hex),
            new Column("spte", "first SPTE", ColumnKind.Hex), new Column("sentence", "what must hold", ColumnKind.Text, Optional: true));
        foreach (var f in judge.Findings) table.Add(f.Id, (long)f.DistinctGfns, f.Gfns[0], f.Spte, f.Sentence);
        return new ReportSection("findings", "SPTEs that break a rule") { Table = table };
    }

    public static ReportSection ConfigTable(ReplayConfig config)
    {
        var table = new ReportTable(
            new Column("what", "what", ColumnKind.Text), new Column("value", "value", ColumnKind.Text),
            new Column("from", "from", ColumnKind.Text), new Column("evidence", "evidence", ColumnKind.Text, Optional: true));
        foreach (var (name, value) in Values(config)) table.Add(name, Word(value), value.From, value.Evidence);
        return new ReportSection("config", "Configuration") { Table = table };
    }

    public static Headline Headline(BugCase bug, string unit) => new(
        HeadlineKind.Bug, $"{bug.Verdict.Name()}: {Finding.Count(bug.Count, "fault")}, {bug.Access.Word} at {Numbers.Hex(bug.Gpa)} ({FaultDocument.Level(bug.Level)}, tid {bug.Tid})",
        [$"since {EvidenceLine.Time(bug.FirstNs, unit)}: {bug.Why}", .. HypothesisRanking.Rank(bug).Take(1).Select(h => $"would be explained by: {h.Title}")], Next(bug));

    public static IEnumerable<string> Shapes(FaultJudge judge) => judge.LivelockShaped.Select(s =>
        $"livelock-shaped: the same fault {s.Count} times, {s.Access.Word} at {Numbers.Hex(s.Gpa)}, rip {Numbers.Hex(s.Rip)} (tid {s.Tid})").Take(5);

    private static string Next(BugCase bug) => bug.Verdict switch
    {
        FaultVerdict.Livelock => $"record the run again with {FaultVerdictAnalysis.RecordCommand} and look for an invalidation that never ends; test the same workload with one vCPU",
        FaultVerdict.BugWrongReflectedInfo or FaultVerdict.BugSwallowedL1Violation or FaultVerdict.BugSpuriousReflection =>
            "run the same L1 entry through the ept_access or npt tests of kvm-unit-tests",
        _ => $"record the frame's first fault as well ({FaultVerdictAnalysis.RecordCommand}) and compare with a kernel before the change",
    };

    private static string Configuration(ReplayConfig config) => string.Join(", ", Values(config).Take(5).Select(v => $"{v.Name} {Word(v.Value)} ({v.Value.From})"));

    private static string Word(ConfigValue value) => value.Value switch { true => "on", false => "off", string s => s, _ => "unknown" };

    private static IEnumerable<(string Name, ConfigValue Value)> Values(ReplayConfig config) =>
    [
        ("vendor", config.VendorValue), ("kernel", config.KernelValue), ("mbec", config.MbecValue), ("gmet", config.GmetValue),
        ("paging", config.PagingValue), ("kvmmmu events", config.MmuEventsValue), ("EPT A/D", config.EptAccessedDirtyValue), ("execute-only", config.ExecOnlyValue),
    ];

    private sealed record VerdictCount(FaultVerdict Verdict, long Count);
}
