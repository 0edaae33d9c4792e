using KvmTraceLab.Replay.Faults;
using KvmTraceLab.Tests.Replay.Simulation;
using Xunit.Abstractions;

namespace KvmTraceLab.Tests.Replay;

public sealed class SimulatedKvmTests(ITestOutputHelper output)
{
    private const int Seeds = 4;

    public static TheoryData<string> Hosts => [.. SimBug.Hosts];

    public static TheoryData<int> Bugs => [.. Enumerable.Range(0, SimBug.All.Count)];

    [Theory]
    [MemberData(nameof(Hosts))]
    public void A_healthy_KVM_has_no_bug_no_finding_and_nothing_unexplained(string host)
    {
        for (var seed = 1; seed <= 8; seed++)
        {
            var judged = SimJudgement.Of(SimBug.None(host), seed);
            var judge = judged.Outcome.Judge;
            Assert.True(judge.Faults > 100, $"seed {seed}: only {judge.Faults} faults");
            Assert.True(judge.Bugs.Count == 0, $"seed {seed}: {judged.Describe()}");
            Assert.Empty(judge.Findings.Select(f => $"seed {seed}: {f.Id} {f.Spte:x}"));
            Assert.Equal(0, judge.CountOf(FaultVerdict.Unexplained) + judge.CountOf(FaultVerdict.Undecidable));
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Lost_events_make_a_healthy_KVM_unknown_never_wrong(string host)
    {
        for (var seed = 1; seed <= 6; seed++)
        {
            var judged = SimJudgement.Of(SimBug.None(host), seed, losses: 6);
            Assert.True(judged.Outcome.Judge.LostMarkers == 6, $"seed {seed}: {judged.Outcome.Judge.LostMarkers} markers");
            Assert.True(judged.Outcome.Judge.Bugs.Count == 0, $"seed {seed}: {judged.Describe()}");
            Assert.True(judged.Outcome.Judge.Findings.Count == 0, $"seed {seed}: {string.Join(" ", judged.Outcome.Judge.Findings.Select(f => f.Id))}");
        }
    }

    [Theory]
    [MemberData(nameof(Bugs))]
    public void An_injected_fault_is_found_and_named(int index)
    {
        var bug = SimBug.All[index];
        int struck = 0, found = 0, named = 0;
        var missed = "";
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var judged = SimJudgement.Of(bug, seed);
            if (judged.Struck == 0) continue;
            struck++;
            if (judged.BugVerdicts.Contains(bug.Verdict)) found++;
            if (judged.FirstHypothesis(bug.Verdict) == bug.Hypothesis) named++;
            else missed = $"seed {seed}: {judged.Describe()}";
        }

        output.WriteLine($"| {bug.Hypothesis} | {bug.Host} | {bug.Verdict} | {found} of {struck} | {named} of {struck} |");
        Assert.True(struck > 0, $"{bug} never struck");
        Assert.True(found == struck, $"{bug}: found in {found} of {struck}; {missed}");
        Assert.True(named == struck, $"{bug}: named in {named} of {struck}; {missed}");
    }
}
