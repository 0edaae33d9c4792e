using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Analysis.Signatures;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Analysis.Faults;

/// <summary>Builds the report of <c>ktl replay</c>, schema <c>ktl/replay/1</c>.</summary>
public static class ReplayReport
{
    /// <summary>Threads that poll, and what: so many are told of.</summary>
    private const int MaxPollers = 5;

    /// <param name="judge">After the trace's end.</param>
    /// <param name="run">The trace that was read.</param>
    /// <param name="loops">Loops found beside, or null.</param>
    /// <returns>The report and its overall word.</returns>
    public static (Report Report, ReplayOverall Overall) Build(FaultJudge judge, TraceRun run, IReadOnlyList<Loop>? loops = null) => Build(judge, run, loops, null);

    internal static (Report Report, ReplayOverall Overall) Build(FaultJudge judge, TraceRun run, IReadOnlyList<Loop>? loops, PollTurns? turns)
    {
        ArgumentNullException.ThrowIfNull(judge);
        ArgumentNullException.ThrowIfNull(run);
        var polls = Polls(run, loops, turns);
        var (overall, why) = Overall(judge, polls.Count);
        var report = new Report("replay");
        var document = report.Document;
        document["source"] = new JsonObject { ["path"] = run.Trace.Path, ["format"] = run.Info.Format, ["vendor"] = run.Vendor, ["kernel"] = run.Info.Kernel, ["timeUnit"] = run.TimeUnit };
        document["config"] = FaultDocument.Config(judge.Config);
        document["faults"] = judge.Faults;
        document["verdicts"] = FaultDocument.Verdicts(judge, polls.Count);
        document["mmioMisconfig"] = judge.MmioMisconfigs;
        document["bugs"] = FaultDocument.Bugs(judge, run.TimeUnit);
        document["findings"] = FaultDocument.Findings(judge, run.TimeUnit);
        document["outcomes"] = OutcomeSections.Json(judge);
        document["retriedPages"] = OutcomeSections.PagesJson(judge);
        document["loops"] = polls;
        document["notes"] = Notes(judge, run.TimeUnit);
        document["overall"] = Word(overall);
        document["why"] = why;
        document["next"] = overall == ReplayOverall.Undecidable ? $"{FaultVerdictAnalysis.RecordCommand} -b 50000" : null;
        document["lostMarkers"] = judge.LostMarkers;
        Sections(report, judge, run, overall, why, polls);
        return (report, overall);
    }

    private static void Sections(Report report, FaultJudge judge, TraceRun run, ReplayOverall overall, string why, JsonArray polls)
    {
        if (judge.Bugs.Count == 0 && (overall == ReplayOverall.Undecidable || judge.Faults > 0 || polls.Count == 0))
        {
            report.Headlines.Add(new Headline(overall == ReplayOverall.Undecidable ? HeadlineKind.Caution : HeadlineKind.Fact, FaultSections.Capital(why) + ".", [.. FaultSections.Shapes(judge)],
                overall == ReplayOverall.Undecidable ? $"Record again, with larger buffers: `{FaultVerdictAnalysis.RecordCommand} -b 50000`." : null));
        }

        foreach (var bug in BugGroup.Of(judge).Take(5)) report.Headlines.Add(FaultSections.Headline(bug, run.TimeUnit));
        foreach (var finding in judge.Findings.Take(5)) report.Headlines.Add(FaultSections.Headline(finding, judge.Config, run));
        foreach (var doubt in FaultSections.Doubtful(judge)) report.Headlines.Add(new Headline(HeadlineKind.Notice, doubt, [], run.Named("`ktl replay FILE --each` lists every fault with its verdict.")));
        foreach (var poll in PollSentences(polls)) report.Headlines.Add(new Headline(HeadlineKind.Notice, $"{FaultVerdict.NonMmuPollLoop.Name()}: {poll}.", [], null));
        ReportOrder.Headlines(report);
        report.Sections.Add(Overview.SourceSection(run));
        report.Sections.Add(FaultSections.ConfigTable(judge.Config));
        report.AddTable(FaultSections.Verdicts(judge));
        report.AddTable(OutcomeSections.Section(judge));
        if (judge.Bugs.Count > 0) report.Sections.Add(FaultSections.Bugs(judge, run, atMost: 20));
        report.AddTable(FaultSections.Findings(judge));
    }

    /// <summary>Loops that are the guest's own polling, not the MMU's matter.</summary>
    private static JsonArray Polls(TraceRun run, IReadOnlyList<Loop>? loops, PollTurns? turns)
    {
        var polls = new JsonArray();
        var seen = new HashSet<int>();
        foreach (var loop in loops ?? [])
        {
            if (loop.Kind != LoopKind.GuestPoll) continue;
            seen.Add(loop.Tid);
            var rips = new JsonArray();
            foreach (var rip in loop.Rips) rips.Add((JsonNode)Numbers.Hex(rip));
            polls.Add(new JsonObject
            {
                ["verdict"] = FaultVerdict.NonMmuPollLoop.Name(), ["tid"] = loop.Tid, ["vcpu"] = loop.Vcpu, ["reason"] = loop.Reason,
                ["iterations"] = loop.Iterations, ["startNs"] = loop.StartNs, ["endNs"] = loop.EndNs, ["rips"] = rips,
                ["why"] = $"tid {loop.Tid} polls ({loop.Reason}, {loop.Iterations} turns); no MMU fault is involved",
            });
        }

        foreach (var (tid, turn) in turns?.Seen ?? [])
        {
            if (!seen.Add(tid)) continue;
            var exits = run.Replayer.Find(tid)?.Exits ?? 0;
            if (turn.Turns < 16 && turn.Turns * 2 < exits) continue; // in a longer trace a few turns are no loop
            polls.Add(new JsonObject
            {
                ["verdict"] = FaultVerdict.NonMmuPollLoop.Name(), ["tid"] = tid, ["reason"] = ExitReasonName(run), ["turnsSeen"] = turn.Turns,
                ["port"] = Numbers.Hex(turn.Port), ["rips"] = new JsonArray((JsonNode)Numbers.Hex(turn.Rip), (JsonNode)Numbers.Hex(turn.EntryRip)),
                ["why"] = $"tid {tid} reads port {Numbers.Hex(turn.Port)} again and again at {Numbers.Hex(turn.Rip)} ({turn.Turns} turns seen); no MMU fault is involved",
            });
        }

        return polls;
    }

    /// <summary>One sentence a thread and reason, however often it came to poll.</summary>
    private static IEnumerable<string> PollSentences(JsonArray polls)
    {
        var groups = polls.GroupBy(p => (Tid: (int)p!["tid"]!, Reason: (string)p["reason"]!)).ToList();
        foreach (var group in groups.Take(MaxPollers))
        {
            var turns = group.Sum(p => (long?)p!["iterations"] ?? 0);
            yield return group.Count() == 1 ? (string)group.First()!["why"]!
                : $"tid {group.Key.Tid} polls ({group.Key.Reason}, {group.Count()} times, {turns} turns in all); no MMU fault is involved";
        }

        if (groups.Count > MaxPollers) yield return $"{groups.Count - MaxPollers} more threads poll, or poll something else";
    }

    private static string ExitReasonName(TraceRun run) => run.Replayer.Vendor == Isa.Svm ? "EXIT_IOIO" : "IO_INSTRUCTION";

    private static JsonArray Notes(FaultJudge judge, string unit)
    {
        var notes = new JsonArray();
        foreach (var shape in judge.LivelockShaped.Take(20))
        {
            var evidence = new JsonArray();
            foreach (var e in shape.Evidence) evidence.Add((JsonNode)EvidenceLine.Of(e, shape.Comm, unit));
            notes.Add(new JsonObject
            {
                ["id"] = "L02", ["title"] = "looks like a livelock", ["confidence"] = "low",
                ["why"] = $"the same fault {shape.Count} times: {shape.Access.Word} at {Numbers.Hex(shape.Gpa)}, code {Numbers.Hex(shape.Access.Code)}, rip {Numbers.Hex(shape.Rip)}; what KVM did about it is not in the trace",
                ["next"] = $"{FaultVerdictAnalysis.RecordCommand} …", ["source"] = "is_page_fault_stale() and mmu_invalidate_seq, arch/x86/kvm/mmu/mmu.c",
                ["tid"] = shape.Tid, ["turnsSeen"] = shape.Count, ["evidence"] = evidence,
            });
        }

        return notes;
    }

    /// <summary>As JSON spells it.</summary>
    internal static string Word(ReplayOverall overall) => overall switch { ReplayOverall.KvmBug => "kvm-bug", ReplayOverall.Undecidable => "undecidable", _ => "expected" };

    internal static (ReplayOverall Overall, string Why) Overall(FaultJudge judge, int polls = 0)
    {
        if (judge.Bugs.Count > 0)
        {
            var bugs = judge.Bugs.Sum(b => b.Count);
            return (ReplayOverall.KvmBug, $"{bugs} of {judge.Faults} faults are KVM's own: {string.Join(", ", judge.Bugs.Select(b => b.Verdict.Name()).Distinct())}");
        }

        if (judge.Faults == 0)
        {
            if (judge.FaultExits > 0) return (ReplayOverall.Undecidable, "there are exits for page faults but no kvm_page_fault events; record system kvm as a whole, and kvmmmu");
            if (judge.Requests > 0) return (ReplayOverall.Undecidable, $"kvm_mmu_spte_requested tells of {Finding.Count(judge.Requests, "fault")} but there are no kvm_page_fault events; record system kvm as a whole, and kvmmmu");
            return polls > 0
                ? (ReplayOverall.Expected, "no page fault was recorded; the guest polls a device register (NON_MMU_POLL_LOOP), which is no MMU matter")
                : (ReplayOverall.Expected, "no page fault was recorded: nothing to judge");
        }

        var undecidable = judge.CountOf(FaultVerdict.Undecidable);
        if (!judge.Config.MmuEvents)
        {
            var shaped = judge.LivelockShaped.Count > 0 ? "; some look like a livelock" : "";
            return (ReplayOverall.Undecidable, $"the trace has no kvmmmu events, so what KVM did about {Finding.Count(judge.Faults, "fault")} is unknown{shaped}; record with `{FaultVerdictAnalysis.RecordCommand}`");
        }

        if (undecidable * 50 > judge.Faults)
        {
            return (ReplayOverall.Undecidable, $"{undecidable} of {judge.Faults} faults cannot be judged" +
                (judge.LostMarkers > 0 ? ": events were lost; record with larger buffers (`trace-cmd record -e kvm -e kvmmmu -b 50000`)" : ""));
        }

        var open = judge.CountOf(FaultVerdict.Unexplained);
        var exceptions = (open > 0 ? $", but for {open} unexplained ones" : "") + (undecidable > 0 ? $"{(open > 0 ? " and" : ", but for")} {undecidable} that cannot be judged" : "");
        if (judge.Faults == 1 && exceptions.Length == 0) return (ReplayOverall.Expected, "the one fault has an explanation that needs no bug");
        var storms = judge.CountOf(FaultVerdict.RetryStorm);
        var alone = storms > 0 && !judge.Config.OthersRecorded
            ? $"; {storms} are retries that came to an end, and what other threads invalidated is not in the trace: record all of them (no -P)" : "";
        return (ReplayOverall.Expected, $"{(exceptions.Length == 0 ? "all" : "the")} {judge.Faults} faults have an explanation that needs no bug{exceptions}{alone}");
    }
}
