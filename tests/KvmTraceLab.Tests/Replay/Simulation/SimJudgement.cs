using KvmTraceLab.Analysis.Faults;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Replay.Faults;
using KvmTraceLab.Replay.Hypotheses;

namespace KvmTraceLab.Tests.Replay.Simulation;

/// <summary>A simulated trace, judged.</summary>
internal sealed record SimJudgement(ReplayOutcome Outcome, int Struck)
{
    public static SimJudgement Of(SimBug bug, int seed, int operations = 400)
    {
        var kvm = new SimKvm(new SimHost(bug.Host), bug, seed);
        var bytes = kvm.Run(operations);
        using var trace = Trace.Open(TraceInput.FromBytes(bytes), new TraceOptions { Threads = 1 });
        return new SimJudgement(ReplayRunner.Run(trace, new ReplayOptions()), kvm.Struck);
    }

    public IEnumerable<string> BugVerdicts => Outcome.Judge.Bugs.Select(b => b.Verdict.Name()).Distinct();

    /// <summary>All bugs with their evidence, for test failures.</summary>
    public string Describe() => string.Join('\n', FaultDocument.InOrder(Outcome.Judge).Select(b =>
        $"{b.Verdict.Name()} {b.Gpa:x} {b.Access.Word} x{b.Count}: {b.Why} [{string.Join(' ', HypothesisRanking.Rank(b).Select(h => $"{h.Id}={h.Fits}"))}]\n" +
        string.Join('\n', b.Evidence.Select(e => "  " + EvidenceLine.Of(e, "")))));

    /// <summary>The hypothesis ranked first for the bug with this verdict that has most faults.</summary>
    public string FirstHypothesis(string verdict) =>
        FaultDocument.InOrder(Outcome.Judge).Where(b => b.Verdict.Name() == verdict).Select(b => HypothesisRanking.Rank(b) is [var first, ..] ? first.Id : "").FirstOrDefault() ?? "";
}
