using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Analysis.Signatures;
using KvmTraceLab.Mmu;
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
            new Column("verdict", "Verdict", ColumnKind.Text), new Column("faults", "Faults", ColumnKind.Count),
            new Column("share", "Share", ColumnKind.Share), new Column("meaning", "Meaning", ColumnKind.Text, Optional: true));
        var rows = new List<VerdictCount>();
        foreach (var verdict in Enum.GetValues<FaultVerdict>())
            if (judge.CountOf(verdict) is > 0 and var count) rows.Add(new VerdictCount(verdict, count));
        // Misconfigurations that are a bug are counted among the verdicts, and are no kvm_page_fault.
        var all = Math.Max(judge.Faults, rows.Sum(r => r.Count));
        foreach (var (verdict, count) in rows.OrderByDescending(r => r.Count))
            table.Add(verdict.Name(), count, all > 0 ? (double)count / all : 0, verdict.Meaning());
        return new ReportSection("faults", "Page faults") { Table = table };
    }

    /// <summary>A page for each bug; the places where it was met besides are rows of a table.</summary>
    public static ReportSection Bugs(FaultJudge judge, TraceRun run, int atMost = int.MaxValue)
    {
        var groups = BugGroup.Of(judge);
        var section = new ReportSection("bugs", judge.Bugs.Count == 1 ? "The bug" : groups.Count == 1 ? $"The bug, in {judge.Bugs.Count} places" : $"{groups.Count} bugs");
        foreach (var group in groups.Take(atMost)) section.Children.Add(Page(group, judge, run));
        return section;
    }

    /// <summary>One bug as a page for a bug mail: verdict, rule, lines, configuration, hypotheses, what to do next.</summary>
    public static ReportSection Page(BugGroup group, FaultJudge judge, TraceRun run)
    {
        var bug = group.First;
        var unit = run.TimeUnit;
        var page = new ReportSection("bug", $"{bug.Verdict.Name()}: {bug.Access.Noun} at {Numbers.Hex(bug.Gpa)} ({FaultDocument.Level(bug.Level)}, tid {bug.Tid})");
        page.Paragraphs.Add($"{Finding.Count(bug.Count, "fault")} {Span(bug, unit)}, rip {Numbers.Hex(bug.Rip)}, code {Numbers.Hex(bug.Access.Code)}.{Afterwards(bug, run)}");
        page.Paragraphs.Add($"Rule broken: {bug.Verdict.Rule()}");
        page.Paragraphs.Add($"Seen: {bug.Why}.");
        page.Paragraphs.Add("Configuration: " + Configuration(judge.Config) + ".");
        page.Paragraphs.Add(group.Ranked.Count == 0
            ? "No single changed rule in the list explains it."
            : "What would explain it: " + string.Join("; ", group.Ranked.Take(3).Select(h => $"{h.Title} (fits {Numbers.Percent(h.Fits)})")) + ".");
        page.Paragraphs.Add("To confirm: " + Next(bug) + ".");
        foreach (var e in bug.Evidence.Take(MaxEvidence)) page.Verbatim.Add(EvidenceLine.Of(e, bug.Comm, unit));
        if (group.Cases.Count > 1) page.Children.Add(Places(group, unit));
        return page;
    }

    private static ReportSection Places(BugGroup group, string unit)
    {
        var table = new ReportTable(
            new Column("gpa", "Address", ColumnKind.Hex), new Column("access", "Access", ColumnKind.Text), new Column("tid", "TID", ColumnKind.Count),
            new Column("faults", "Faults", ColumnKind.Count), new Column("first_ns", "Since", ColumnKind.Time), new Column("code", "Code", ColumnKind.Hex),
            new Column("seen", "Seen", ColumnKind.Text)) { TimeUnit = unit, ShowAtMost = 40 };
        foreach (var c in group.Cases) table.Add(c.Gpa, c.Access.Word, (long)c.Tid, c.Count, c.FirstNs, c.Access.Code, c.Why);
        return new ReportSection("bug-places", $"All {group.Cases.Count} places") { Table = table };
    }

    private static string Span(BugCase bug, string unit) => bug.Count == 1 ? $"at {EvidenceLine.Time(bug.FirstNs, unit)}"
        : $"from {EvidenceLine.Time(bug.FirstNs, unit)} to {EvidenceLine.Time(bug.LastNs, unit)}";

    /// <summary>Whether a livelock ended within the trace; one fault may be the last that was recorded, so two turns are given to it.</summary>
    private static string Afterwards(BugCase bug, TraceRun run)
    {
        if (bug.Verdict is not (FaultVerdict.Livelock or FaultVerdict.LivelockNoProgressSpte) || bug.Count < 2) return "";
        if (run.Replayer.Find(bug.Tid) is not { } lane) return "";
        var rest = lane.LastTime - bug.LastNs;
        return rest <= 2 * ((bug.LastNs - bug.FirstNs) / (bug.Count - 1)) ? " The livelock lasts until the trace of this thread ends."
            : $" The trace of this thread goes on for {Numbers.Duration(rest, run.TimeUnit)} after the last of them.";
    }

    public static ReportSection Findings(FaultJudge judge)
    {
        var table = new ReportTable(
            new Column("id", "Rule", ColumnKind.Text), new Column("sptes", "SPTEs", ColumnKind.Count), new Column("gfn", "First gfn", ColumnKind.Hex),
            new Column("spte", "First SPTE", ColumnKind.Hex), new Column("sentence", "What must hold", ColumnKind.Text, Optional: true));
        foreach (var f in judge.Findings) table.Add(f.Id, (long)f.DistinctGfns, f.Gfns[0], f.Spte, f.Sentence);
        return new ReportSection("findings", "SPTEs that break a rule") { Table = table };
    }

    public static ReportSection ConfigTable(ReplayConfig config)
    {
        var table = new ReportTable(
            new Column("what", "What", ColumnKind.Text), new Column("value", "Value", ColumnKind.Text),
            new Column("from", "From", ColumnKind.Text), new Column("evidence", "Evidence", ColumnKind.Text, Optional: true));
        foreach (var (name, value) in Values(config)) table.Add(name, Word(value), value.From, value.Evidence);
        return new ReportSection("config", "Configuration") { Table = table };
    }

    public static Headline Headline(BugGroup group, string unit)
    {
        var bug = group.First;
        var places = group.Cases.Count;
        var tids = group.Cases.Select(c => c.Tid).Distinct().Count();
        var where = places == 1 ? $"{bug.Access.Noun} at {Numbers.Hex(bug.Gpa)}" : $"in {places} places";
        var who = $"({FaultDocument.Level(bug.Level)}, {(tids == 1 ? $"tid {bug.Tid}" : $"{tids} threads")})";
        var first = places == 1 ? "" : $"{bug.Access.Noun} at {Numbers.Hex(bug.Gpa)}, ";
        return new Headline(
            HeadlineKind.Bug, $"{bug.Verdict.Name()}: {Finding.Count(group.Faults, "fault")}, {where} {who}",
            [
                $"{(places == 1 ? "Since" : "First since")} {EvidenceLine.Time(group.FirstNs, unit)}; {first}{bug.Why}.",
                .. group.Ranked.Take(1).Select(h => $"{(places == 1 ? "Possible explanation" : "Possible explanation of all")}: {h.Title}."),
            ],
            Capital(Next(bug)) + ".");
    }

    /// <summary>SPTEs that break a rule are no fault's verdict, but nothing that may stand below alone.</summary>
    public static Headline Headline(InvariantFinding finding, ReplayConfig config, TraceRun run) => new(
        HeadlineKind.Trouble, $"{Finding.Count(finding.DistinctGfns, "SPTE")} of KVM's {(finding.DistinctGfns == 1 ? "breaks" : "break")} a rule: {finding.Id}",
        [
            $"{finding.Sentence} The first is {Numbers.Hex(finding.Spte)} of gfn {Numbers.Hex(finding.Gfns[0])}, written at {EvidenceLine.Time(finding.FirstNs, run.TimeUnit)}.",
        ],
        run.Named($"Decode it: `ktl mmu decode --spte {Numbers.Hex(finding.Spte)} --mmu {config.Kind.ToString().ToLowerInvariant()} --kernel {config.Kernel.Spell()}`, and look at what wrote it: `ktl events FILE --around {EvidenceLine.Time(finding.FirstNs, run.TimeUnit)}`."));

    /// <summary>Verdicts that are no bug and yet not as it should be, with their counts.</summary>
    public static IEnumerable<string> Doubtful(FaultJudge judge)
    {
        foreach (var verdict in (FaultVerdict[])[FaultVerdict.RetryStorm, FaultVerdict.SuspectInconsistentQual, FaultVerdict.Unexplained])
            if (judge.CountOf(verdict) is > 0 and var count) yield return $"{verdict.Name()}: {Finding.Count(count, "fault")}. {verdict.Meaning()}";
    }

    public static IEnumerable<string> Shapes(FaultJudge judge) => judge.LivelockShaped.Select(s =>
        $"Looks like a livelock: the same fault {s.Count} times, {s.Access.Noun} at {Numbers.Hex(s.Gpa)}, rip {Numbers.Hex(s.Rip)} (tid {s.Tid}).").Take(5);

    private static string Next(BugCase bug) => bug.Verdict switch
    {
        FaultVerdict.Livelock => $"record the run again with `{FaultVerdictAnalysis.RecordCommand}` and look for an invalidation that never ends; test the same workload with one vCPU",
        FaultVerdict.BugWrongReflectedInfo or FaultVerdict.BugSwallowedL1Violation or FaultVerdict.BugSpuriousReflection =>
            "check the same L1 entry with the ept_access (Intel) or npt (AMD) tests of kvm-unit-tests",
        _ => $"run the same workload on a kernel that is known to be good; if the frame's first fault is not in the trace, record from before it (`{FaultVerdictAnalysis.RecordCommand}`)",
    };

    internal static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Configuration(ReplayConfig config) => string.Join(", ", Values(config).Take(5).Select(v => $"{v.Name} {Word(v.Value)} ({v.Value.From})"));

    private static string Word(ConfigValue value) => value.Value switch { true => "on", false => "off", string s => s, _ => "unknown" };

    private static IEnumerable<(string Name, ConfigValue Value)> Values(ReplayConfig config) =>
    [
        ("vendor", config.VendorValue), ("kernel", config.KernelValue), ("mbec", config.MbecValue), ("gmet", config.GmetValue),
        ("paging", config.PagingValue), ("kvmmmu events", config.MmuEventsValue), ("EPT A/D", config.EptAccessedDirtyValue), ("execute-only", config.ExecOnlyValue),
    ];

    private sealed record VerdictCount(FaultVerdict Verdict, long Count);
}
