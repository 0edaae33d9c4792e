using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Analysis.Signatures;
using KvmTraceLab.Replay;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Analysis;

/// <summary>
/// Completes the headlines, so that the first screen always answers: is something wrong, where, since when, what next.
/// Comes last: it speaks of what the others left unsaid.
/// </summary>
public sealed class FirstScreen(LoopDetector loops, FactsCollector facts, FaultJudge judge) : Analysis
{
    private const double WorthSaying = 0.05;

    private static readonly string[] Telling =
        ["kvm_pio", "kvm_mmio", "kvm_fast_mmio", "kvm_msr", "kvm_cpuid", "kvm_cr", "kvm_hv_hypercall", "kvm_hypercall", "kvm_page_fault", "kvm_emulate_insn"];

    /// <summary>As often as replay asks for to call a fault repeated.</summary>
    private const int Often = 8;

    public override string Name => "first-screen";

    public override string Description => "Headlines for loops that no signature names, for lost events, and for a trace with nothing wrong.";

    public override bool Wants(int kind) => false;

    public override bool WantsTrips => false;

    public override void AddTo(Report report, TraceRun run)
    {
        foreach (var loop in loops.Loops.Where(l => l.Signature is null && l.Kind != LoopKind.Sweep && l.ShareOfExits >= WorthSaying && !IsJudged(l)).Take(3))
            report.Headlines.Add(Unnamed(loop, run));
        if (facts.Facts.Of(TripMarks.UserInternalError) is > 0 and var stops && !report.Headlines.Any(h => h.Kind is HeadlineKind.Bug or HeadlineKind.Trouble or HeadlineKind.Notice))
            report.Headlines.Add(Stopped(stops, run));
        if (facts.Facts.Of(TripMarks.UserShutdown) is > 0 and var shutdowns)
            report.Headlines.Add(ShutDown(shutdowns, run));
        if (run.LostAnything)
        {
            var log = run.Trace.Health;
            report.Headlines.Add(new Headline(
                HeadlineKind.Caution,
                $"Events were lost ({Lost(log.CountOf(Parser.Health.TraceHealth.LostEvents), log.CountOf(Parser.Health.TraceHealth.LostUnknown))}): counts are lower bounds.",
                [],
                "Record again with a bigger buffer (`trace-cmd record -e kvm -e kvmmmu -b 50000`) or fewer events."));
        }

        if (run.Replayer.Health.CountOf(TraceReplayer.TooManyThreads) is > 0 and var beyond)
        {
            report.Headlines.Add(new Headline(
                HeadlineKind.Caution, $"More than {TraceReplayer.MaxLanes} threads are in the trace: {Finding.Count(beyond, "event")} of those that came later are counted (tid {TraceReplayer.SharedTid}), not judged.",
                [], "Narrow with --tid to the threads in question."));
        }

        if (run.IsForeignVendor)
        {
            report.Headlines.Add(new Headline(
                HeadlineKind.Caution,
                $"Exit reasons are of a vendor that this build does not know (isa {(int)run.Replayer.Vendor}, neither VMX nor SVM): they are numbers here.",
                ["Counts, times and loops hold; signatures and verdicts that go by a reason's name do not apply."],
                run.Named("The kernel that recorded has the names in arch/x86/kvm/trace.h; `ktl events FILE --event kvm_exit` shows the numbers.")));
        }

        if (report.Headlines.Count == 0) report.Headlines.Add(Nothing(run));
        ReportOrder.Headlines(report);
    }

    /// <summary>The fault verdicts have said it.</summary>
    private bool IsJudged(Loop loop) => loop.Kind == LoopKind.FaultLivelock
        && (judge.CountOf(FaultVerdict.RetryStorm) * 2 >= loop.Iterations || SignatureAnalysis.IsJudged(judge, loop.Tid, loop.StartNs, loop.EndNs, loop.Iterations));

    private static string Lost(long events, long markers) => (events, markers) switch
    {
        ( > 0, 0) => $"{events} counted",
        (0, _) => $"{Finding.Count(markers, "marker")} without a number",
        _ => $"{events} counted, and {Finding.Count(markers, "marker")} without a number",
    };

    private static Headline Unnamed(Loop loop, TraceRun run)
    {
        var vcpu = loop.Vcpu is { } v ? $"vCPU {v} (tid {loop.Tid})" : $"Thread {loop.Tid}";
        var since = loop.HasTime ? $" from {Numbers.Time(loop.StartNs, run.TimeUnit)} to {Numbers.Time(loop.EndNs, run.TimeUnit)}" : "";
        var turn = loop.ExitsPerPeriod == 1 ? $"an exit for {loop.Reason}" : $"{loop.ExitsPerPeriod} exits, the first for {loop.Reason}";
        var what = loop.Kind switch
        {
            LoopKind.FaultLivelock => "repeats one page fault",
            LoopKind.GuestPoll => "polls",
            LoopKind.NestedBounce => "bounces between L2 and L1",
            LoopKind.HostTick => "runs without exits of its own; only the host's ticks show",
            LoopKind.InterruptStorm => "is interrupted over and over",
            LoopKind.EmulationFailure => "repeats an instruction KVM cannot emulate",
            LoopKind.Idle => "is idle",
            _ => "repeats itself",
        };
        var kind = loop.Kind is LoopKind.Idle or LoopKind.HostTick ? HeadlineKind.Fact : loop.Kind == LoopKind.EmulationFailure ? HeadlineKind.Trouble : HeadlineKind.Notice;
        return new Headline(
            kind,
            $"{vcpu} {what}{since}: {Finding.Count(loop.Iterations, "turn")} of {turn}, {Numbers.Percent(loop.ShareOfExits)} of all exits. No known signature fits.",
            [.. About(loop)],
            "Read the loop's events, and what came before it, under Loops below.");
    }

    /// <summary>What the exits are about, by the event that says it.</summary>
    private static IEnumerable<string> About(Loop loop)
    {
        foreach (var name in Telling)
        {
            if (loop.Find(name) is not { } e) continue;
            var note = EventNotes.Of(e.Event) is { } n ? $" ({n})" : "";
            yield return $"Each turn has {name}: {e.Text.Trim()}{note}.";
            yield break;
        }
    }

    /// <summary>The VM ends there; what KVM could not do stands right before it.</summary>
    private Headline Stopped(long times, TraceRun run) => new(
        HeadlineKind.Trouble,
        $"KVM_RUN returned KVM_EXIT_INTERNAL_ERROR {(times == 1 ? "once" : $"{times} times")}: KVM could not go on, and the VM stops there. No known signature fits.",
        facts.Facts.Of(TripMarks.EmulateFailed) > 0 ? ["kvm_emulate_insn failed: the instruction and its address are in the event."] : [],
        run.Named("Find its time with `ktl events FILE --event kvm_userspace_exit`, then read what came before with `ktl events FILE --around TIME`; the VMM's log has the suberror and the registers."));

    /// <summary>A guest may reboot so on purpose.</summary>
    private static Headline ShutDown(long times, TraceRun run) => new(
        HeadlineKind.Notice,
        $"KVM_RUN returned KVM_EXIT_SHUTDOWN {(times == 1 ? "once" : $"{times} times")}: the guest triple-faulted (an exception that it could not take), or rebooted by way of it.",
        [],
        run.Named("Look at what was written and injected last before it: `ktl events FILE --event kvm_inj_exception,kvm_cr,kvm_msr,kvm_userspace_exit`; the VMM's log has the registers."));

    private Headline Nothing(TraceRun run) => run.Replayer.Rows == 0 && run.Trace.Lines.Events > 0
        ? new Headline(HeadlineKind.Fact, $"Of {run.Trace.Lines.Events} events none passes --from, --to, --vcpu and --tid.", [], run.Named("`ktl info FILE` shows the trace's span, threads and vCPUs."))
        : run.Exits == 0 ? WithoutExits(run)
        : new Headline(HeadlineKind.Fact, "Nothing known to be wrong was found: no loop worth naming, no bug verdict, no known signature.", [],
            run.Named("If something did go wrong meanwhile, see where the time went: `ktl exits FILE --by vcpu,reason,rip`, and record longer or earlier."));

    /// <summary>Events of KVM's own without any exit are another matter than a trace of something else.</summary>
    private Headline WithoutExits(TraceRun run)
    {
        var events = Overview.Events(run).Where(e => e.Name.StartsWith("kvm_", StringComparison.Ordinal) && !KnownKinds.IsEntry(KnownKinds.Kind(e.Name))).Take(3).ToList();
        var asked = facts.Excerpt.MostRequested();
        const string What = "The trace has no kvm_exit: nothing can be said of exits or loops.";
        return events.Count == 0
            ? new Headline(HeadlineKind.Fact, What, [], "Record with `trace-cmd record -e kvm -e kvmmmu`.")
            : new Headline(
                HeadlineKind.Fact,
                What,
                [$"KVM was at work all the same: {string.Join(", ", events.Select(e => $"{e.Name} x {e.Count}"))}.", .. asked is { Times: >= Often } most && most.Times * 4 >= most.Of * 3
                    ? (string[])[$"kvm_mmu_spte_requested asks for gfn {Numbers.Hex(most.Gfn)} {most.Times} times of {most.Of}: a fault that comes again and again, which is the shape of a livelock."] : []],
                run.Named("If kvm_exit was not recorded, record with `trace-cmd record -e kvm -e kvmmmu`. If it was, KVM emulated the guest or has no such event here: read `ktl events FILE`."));
    }
}
