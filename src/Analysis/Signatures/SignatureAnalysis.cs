using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>
/// Says what loops and storms most likely mean. The detector and the collector must watch the same replay; add this one
/// to the report before what prints loops, since it names them.
/// </summary>
public sealed class SignatureAnalysis(LoopDetector detector, FactsCollector collector) : Analysis
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
        foreach (var finding in findings) report.Headlines.Add(NoteWriter.Headline(finding));
        if (findings.Count > 0) report.Sections.Add(NoteWriter.Section(findings));
    }
}
