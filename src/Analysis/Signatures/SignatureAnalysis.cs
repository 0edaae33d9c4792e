using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>
/// Says what loops and storms most likely mean. The detector and the collector must watch the same replay; add this one
/// to the report before what prints loops, since it names them.
/// </summary>
/// <param name="detector">Finds loops.</param>
/// <param name="collector">Gathers what signatures ask for.</param>
/// <param name="judge">Judges faults in the same replay, or null: its verdict on a livelock says more than a signature that fits the same faults.</param>
public sealed class SignatureAnalysis(LoopDetector detector, FactsCollector collector, FaultJudge? judge = null) : Analysis
{
    public override string Name => "signatures";

    public override string Description => "What loops and storms most likely mean, why, and what to do next.";

    /// <summary>What fitted, surest first; complete after <see cref="Find"/> or <see cref="AddTo"/>.</summary>
    public IReadOnlyList<Finding>? Findings { get; private set; }

    /// <summary>Matches once, after the trace has ended; sets <see cref="Loop.Signature"/>.</summary>
    public IReadOnlyList<Finding> Find(TraceRun run) =>
        Findings ??= [.. new SignatureMatcher(collector, run).Match(detector.Loops).OrderBy(f => f.Signature.Blame == Blame.Normal ? 1 : 0).ThenByDescending(f => (int)f.Confidence)];

    public override bool Wants(int kind) => false;

    public override bool WantsTrips => false;

    public override void AddTo(Report report, TraceRun run)
    {
        var findings = Find(run);
        report.Describe(document => document["notes"] = new JsonArray([.. findings.Select(f => (JsonNode)NoteWriter.Json(f))]));
        foreach (var finding in findings.Where(f => !IsJudged(f))) report.Headlines.Add(NoteWriter.Headline(finding));
        if (findings.Count > 0) report.Sections.Add(NoteWriter.Section(findings, IsJudged));
    }

    private bool IsJudged(Finding finding)
    {
        if (judge is null || finding.Signature.Blame != Blame.Kvm || finding.Lane is not { } lane) return false;
        var e = finding.Evidence;
        return (e.Scope == EvidenceScope.SameFault || e.Loop?.Kind == LoopKind.FaultLivelock) && IsJudged(judge, lane.Lane.Tid, e.StartNs, e.EndNs, e.Turns);
    }

    /// <summary>A verdict calls most of the thread's faults of that time a bug.</summary>
    internal static bool IsJudged(FaultJudge judge, int tid, long from, long to, long turns) =>
        judge.Bugs.Any(b => b.Tid == tid && b.FirstNs <= to && from <= b.LastNs && b.Count * 2 >= turns);
}
