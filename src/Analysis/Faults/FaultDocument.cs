using System.Text.Json.Nodes;
using KvmTraceLab.Replay;
using KvmTraceLab.Replay.Faults;
using KvmTraceLab.Replay.Hypotheses;

namespace KvmTraceLab.Analysis.Faults;

/// <summary>The JSON members about faults, the same in <c>analyze</c> and <c>replay</c>.</summary>
public static class FaultDocument
{
    /// <summary>Verdicts that occur, in the order of <see cref="FaultVerdict"/>.</summary>
    public static JsonObject Verdicts(FaultJudge judge, long pollLoops = 0)
    {
        ArgumentNullException.ThrowIfNull(judge);
        var verdicts = new JsonObject();
        foreach (var verdict in Enum.GetValues<FaultVerdict>())
        {
            var count = judge.CountOf(verdict) + (verdict == FaultVerdict.NonMmuPollLoop ? pollLoops : 0);
            if (count > 0) verdicts[verdict.Name()] = count;
        }

        return verdicts;
    }

    public static JsonArray Bugs(FaultJudge judge, string timeUnit = "ns")
    {
        ArgumentNullException.ThrowIfNull(judge);
        var bugs = new JsonArray();
        foreach (var bug in InOrder(judge)) bugs.Add(Bug(bug, timeUnit));
        return bugs;
    }

    /// <summary>Most faults first, then by time, thread and address.</summary>
    public static IEnumerable<BugCase> InOrder(FaultJudge judge)
    {
        ArgumentNullException.ThrowIfNull(judge);
        return judge.Bugs.OrderByDescending(b => b.Count).ThenBy(b => b.FirstNs).ThenBy(b => b.Tid).ThenBy(b => b.Gpa);
    }

    public static JsonObject Bug(BugCase bug, string timeUnit = "ns")
    {
        ArgumentNullException.ThrowIfNull(bug);
        var evidence = new JsonArray();
        foreach (var e in bug.Evidence) evidence.Add((JsonNode)EvidenceLine.Of(e, bug.Comm, timeUnit));
        var hypotheses = new JsonArray();
        foreach (var h in HypothesisRanking.Rank(bug))
            hypotheses.Add(new JsonObject { ["id"] = h.Id, ["title"] = h.Title, ["fits"] = h.Fits });
        return new JsonObject
        {
            ["verdict"] = bug.Verdict.Name(), ["tid"] = bug.Tid, ["vcpu"] = bug.Vcpu, ["level"] = Level(bug.Level),
            ["gpa"] = Numbers.Hex(bug.Gpa), ["access"] = bug.Access.Word, ["code"] = Numbers.Hex(bug.Access.Code), ["rip"] = Numbers.Hex(bug.Rip),
            ["count"] = bug.Count, ["firstNs"] = bug.FirstNs, ["lastNs"] = bug.LastNs, ["rule"] = bug.Verdict.Rule(), ["why"] = bug.Why,
            ["evidence"] = evidence, ["hypotheses"] = hypotheses,
        };
    }

    /// <summary>Faults in all, verdicts, bugs: what <c>analyze</c> shows.</summary>
    public static JsonObject Summary(FaultJudge judge, string timeUnit)
    {
        ArgumentNullException.ThrowIfNull(judge);
        return new JsonObject
        {
            ["total"] = judge.Faults, ["verdicts"] = Verdicts(judge), ["mmioMisconfig"] = judge.MmioMisconfigs,
            ["bugs"] = Bugs(judge, timeUnit), ["findings"] = Findings(judge, timeUnit), ["outcomes"] = OutcomeSections.Json(judge),
            ["retriedPages"] = OutcomeSections.PagesJson(judge), ["overall"] = ReplayReport.Word(ReplayReport.Overall(judge).Overall),
        };
    }

    public static JsonArray Findings(FaultJudge judge, string timeUnit = "ns")
    {
        ArgumentNullException.ThrowIfNull(judge);
        var findings = new JsonArray();
        foreach (var f in judge.Findings)
        {
            var gfns = new JsonArray();
            foreach (var gfn in f.Gfns) gfns.Add((JsonNode)Numbers.Hex(gfn));
            findings.Add(new JsonObject
            {
                ["id"] = f.Id, ["gfn"] = Numbers.Hex(f.Gfns[0]), ["spte"] = Numbers.Hex(f.Spte), ["count"] = f.DistinctGfns, ["writes"] = f.Count,
                ["gfns"] = gfns, ["firstNs"] = f.FirstNs, ["sentence"] = f.Sentence,
                ["evidence"] = f.Evidence is { } e ? EvidenceLine.Of(e, "", timeUnit) : null,
            });
        }

        return findings;
    }

    public static JsonObject Config(ReplayConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new JsonObject
        {
            ["vendor"] = Value(config.VendorValue), ["mbec"] = Value(config.MbecValue), ["gmet"] = Value(config.GmetValue),
            ["kernel"] = Value(config.KernelValue), ["mmuEvents"] = Value(config.MmuEventsValue), ["paging"] = Value(config.PagingValue),
            ["eptAd"] = Value(config.EptAccessedDirtyValue), ["execOnly"] = Value(config.ExecOnlyValue),
        };
    }

    /// <summary>One line of <c>--each</c>.</summary>
    public static JsonObject Each(in FaultRecord fault) => new()
    {
        ["timeNs"] = fault.TimeNs, ["tid"] = fault.Tid, ["level"] = fault.LevelWord, ["gpa"] = Numbers.Hex(fault.Gpa),
        ["access"] = fault.Access.Word, ["code"] = Numbers.Hex(fault.Access.Code), ["verdict"] = fault.Verdict.Name(),
    };

    internal static string Level(GuestLevel level) => level == GuestLevel.L2 ? "L2" : "L1";

    private static JsonObject Value(ConfigValue value) => new()
    {
        ["value"] = value.Value switch { bool b => b, string s => s, _ => null }, ["from"] = value.From, ["evidence"] = value.Evidence,
    };
}
