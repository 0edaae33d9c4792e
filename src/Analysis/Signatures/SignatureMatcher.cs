using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>Holds every signature against every piece of evidence; keeps the best finding of each, names loops.</summary>
internal sealed class SignatureMatcher(FactsCollector collector, TraceRun run)
{
    private readonly EvidenceBuilder _builder = new(collector.Facts);

    public List<Finding> Match(IReadOnlyList<Loop> loops)
    {
        collector.Facts.ClockCounts = run.Info.TimeUnit == Parser.TimeUnit.Count;
        var evidence = _builder.All(loops);
        var findings = new List<Finding>();
        foreach (var signature in SignatureCatalog.All)
        {
            if (!signature.Detectable) continue;
            var fitting = evidence.FindAll(e => signature.Fits.Any(d => d.Fit(e)));
            if (fitting.Count == 0) continue;
            var best = fitting[0];
            foreach (var e in fitting)
                if (Order(e, best) < 0) best = e;
            var finding = new Finding(signature, best, run) { Turn = TurnOf(signature, best) };
            foreach (var e in fitting)
            {
                if (e.Tid != best.Tid && e.Tid >= 0) finding.AddTid(e.Tid);
                if (e.Loop is not { } loop) continue;
                loop.Signature ??= signature.Id;
                finding.AddLoop(IndexOf(loops, loop), loop.Iterations);
            }

            findings.Add(finding);
        }

        foreach (var finding in findings) NameLoops(finding, evidence, loops);
        return findings;
    }

    /// <summary>
    /// What is told from a vCPU, a row of faults or a place (L13, L16, L34, …) shows as a loop too where it is regular: such a
    /// loop is named after it, unless a signature fitted the loop itself.
    /// </summary>
    private static void NameLoops(Finding finding, List<Evidence> evidence, IReadOnlyList<Loop> loops)
    {
        if (finding.Evidence.Scope is EvidenceScope.Loop or EvidenceScope.Trace) return;
        foreach (var e in evidence)
        {
            if (e.Loop is not { Signature: null } loop || (loop.Tid != finding.Evidence.Tid && !finding.AlsoTids.Contains(loop.Tid)) || !Belongs(finding, e)) continue;
            loop.Signature = finding.Signature.Id;
            finding.AddLoop(IndexOf(loops, loop), loop.Iterations);
        }
    }

    private static bool Belongs(Finding finding, Evidence loop)
    {
        var signature = finding.Signature;
        var reasons = signature.Fits.Where(d => d.In.Contains(finding.Evidence.Scope)).SelectMany(d => d.Reasons).ToList();
        if (loop.Any(signature.LoopsHave)) return true;
        if (reasons.Count == 0 || !loop.Reasons.Any(reasons.Contains)) return false;
        return finding.Evidence.Scope switch
        {
            EvidenceScope.Vcpu => loop.Reasons.Count(reasons.Contains) * 2 > loop.Reasons.Count,
            EvidenceScope.SameFault => loop.Stuck is { } stuck && stuck == finding.Evidence.Stuck,
            _ => loop.Spot is { } spot && spot == finding.Evidence.Spot,
        };
    }

    private IReadOnlyList<Replay.SavedEvent> TurnOf(Signature signature, Evidence e)
    {
        if (e.Loop is not null || e.Lane is null || e.Rips.Count == 0) return [];
        var key = e.Spot?.Key;
        if (key is not { } at) return [];
        var basic = at.Isa == Isa.Vmx ? at.Reason & 0xffff : at.Reason;
        return collector.Excerpt.TurnAt(e.Tid, basic, at.Rip, signature.Shows, _builder.Read);
    }

    /// <summary>Loops before places before vCPUs; then the most turns, the earliest, the lowest tid.</summary>
    private static int Order(Evidence a, Evidence b)
    {
        if (a.Scope != b.Scope) return a.Scope < b.Scope ? -1 : 1;
        if (a.Turns != b.Turns) return b.Turns.CompareTo(a.Turns);
        return a.StartNs != b.StartNs ? a.StartNs.CompareTo(b.StartNs) : a.Tid.CompareTo(b.Tid);
    }

    private static int IndexOf(IReadOnlyList<Loop> loops, Loop loop)
    {
        for (var i = 0; i < loops.Count; i++)
            if (ReferenceEquals(loops[i], loop)) return i;
        return -1;
    }
}
