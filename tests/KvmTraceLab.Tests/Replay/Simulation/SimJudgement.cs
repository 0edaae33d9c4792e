using KvmTraceLab.Analysis.Faults;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Replay.Faults;
using KvmTraceLab.Replay.Hypotheses;

namespace KvmTraceLab.Tests.Replay.Simulation;

/// <summary>A simulated trace, judged.</summary>
internal sealed record SimJudgement(ReplayOutcome Outcome, int Struck)
{
    /// <param name="bug">What is broken.</param>
    /// <param name="seed">Decides what the guest does, and where events are lost.</param>
    /// <param name="operations">Things the guest does.</param>
    /// <param name="losses">Places where up to 40 events are replaced by a marker.</param>
    public static SimJudgement Of(SimBug bug, int seed, int operations = 600, int losses = 0)
    {
        var kvm = new SimKvm(new SimHost(bug.Host), bug, seed);
        var bytes = Lose(kvm.Run(operations), losses, seed);
        using var trace = Trace.Open(TraceInput.FromBytes(bytes), new TraceOptions { Threads = 1 });
        return new SimJudgement(ReplayRunner.Run(trace, new ReplayOptions()), kvm.Struck);
    }

    private static byte[] Lose(byte[] trace, int losses, int seed)
    {
        if (losses == 0) return trace;
        var random = new Random(seed);
        var lines = System.Text.Encoding.UTF8.GetString(trace).Split('\n').ToList();
        for (var i = 0; i < losses; i++)
        {
            var at = random.Next(1, lines.Count - 60);
            var count = random.Next(1, 40);
            if (lines.GetRange(at, count).Exists(l => l.Contains("LOST", StringComparison.Ordinal)))
            {
                i--;
                continue;
            }

            lines.RemoveRange(at, count);
            lines.Insert(at, $"CPU:0 [LOST {count} EVENTS]");
        }

        return System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines));
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
