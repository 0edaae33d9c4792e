using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Analysis.Signatures;
using KvmTraceLab.Parser;
using KvmTraceLab.Replay;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Analysis.Faults;

/// <summary>Adds <c>faults</c> to <c>analyze</c>: every kvm_page_fault judged, bugs named.</summary>
public sealed class FaultVerdictAnalysis(ReplayOptions? options = null, TraceInfo? info = null) : Analysis
{
    /// <summary>The command that records what a verdict needs.</summary>
    public const string RecordCommand = "trace-cmd record -e kvm -e kvmmmu";

    public FaultJudge Judge { get; } = new(options, info);

    public override string Name => "faults";

    public override string Description => "Judges every kvm_page_fault: expected, or KVM's fault.";

    public override TraceObserver Observer => Judge;

    public override void AddTo(Report report, TraceRun run)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(run);
        report.Describe(document => document["faults"] = FaultDocument.Summary(Judge, run.TimeUnit));
        report.AddTable(FaultSections.Verdicts(Judge));
        if (Judge.Outcomes.Any(t => t[FaultOutcome.Retried] > 0)) report.AddTable(OutcomeSections.Section(Judge));
        report.AddTable(FaultSections.Findings(Judge));
        foreach (var finding in Judge.Findings.Take(3)) report.Headlines.Add(FaultSections.Headline(finding, Judge.Config, run.TimeUnit));
        if (Judge.Faults == 0 && Judge.Bugs.Count == 0) return;
        foreach (var bug in BugGroup.Of(Judge).Take(3)) report.Headlines.Add(FaultSections.Headline(bug, run.TimeUnit));
        foreach (var doubt in FaultSections.Doubtful(Judge)) report.Headlines.Add(new Headline(HeadlineKind.Notice, doubt, [], "ktl replay --each lists every fault with its verdict."));
        if (!Judge.Config.MmuEvents)
        {
            report.Headlines.Add(new Headline(HeadlineKind.Caution, $"{Finding.Count(Judge.Faults, "page fault")} cannot be judged: the trace has no kvmmmu events.",
                [.. report.Headlines.Any(h => h.Text.Contains("[L02,", StringComparison.Ordinal)) ? [] : FaultSections.Shapes(Judge)], $"Record with them: {RecordCommand}"));
        }

        if (Judge.Bugs.Count > 0) report.Sections.Add(FaultSections.Bugs(Judge, run, atMost: 3));
    }
}
