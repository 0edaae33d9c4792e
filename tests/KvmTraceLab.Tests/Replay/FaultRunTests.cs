using KvmTraceLab.Mmu;
using KvmTraceLab.Replay;
using KvmTraceLab.Replay.Faults;
using static KvmTraceLab.Tests.Replay.FaultTrace;

namespace KvmTraceLab.Tests.Replay;

/// <summary>Faults that are left unresolved, again and again: which of them are one run, when it ends, and what it is called.</summary>
public sealed class FaultRunTests
{
    private const string Read = "100000004", Write = "100000006", WriteDenied = "100000007", Writable = "5000e67", Protected = "5000e65";
    private const string Elsewhere = "other: kvm_tdp_mmu_spte_changed: as id 0 gfn 99 level 1 old_spte 0 new_spte 0";
    private const string Zap = "other: kvm_tdp_mmu_spte_changed: as id 0 gfn 99 level 1 old_spte 5000e67 new_spte 0";

    private static readonly ReplayOptions Amd61 = new() { Intel = false, Kernel = KvmKernel.V61 };

    /// <summary>Nothing is done about it: in the run of frame 12 unless another page is named.</summary>
    private static string[] Nothing(string page = "12", string code = Read, string rip = "1000") =>
    [
        $"kvm_exit: reason EXIT_NPF rip 0x{rip} info {code} {page}000",
        $"kvm_page_fault: vcpu 0 rip 0x{rip} address 0x0000000000{page}000 error_code 0x{code}",
        Requested, Entry,
    ];

    private static string[] Resolved(string page = "12") =>
    [
        $"kvm_exit: reason EXIT_NPF rip 0x1000 info {Write} {page}000",
        $"kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000{page}000 error_code 0x{Write}",
        $"kvm_mmu_spte_requested: gfn {page} pfn 5000 level 1", Set(Writable, gfn: page), Entry,
    ];

    private static string[] Pages(int from, int count, Func<string, string[]> fault) => [.. Enumerable.Range(from, count).SelectMany(p => fault(p.ToString("x")))];

    private static string Verdicts(params string[] lines) => Run(Amd61, [Elsewhere, "kvm_exit: reason EXIT_HLT rip 0x4000 info 0 0", Entry, .. lines]).Verdicts;

    /// <summary>Eight of one frame, level, code and rip; what is different is another run, and what resolves the frame ends it.</summary>
    [Fact]
    public void What_is_one_run()
    {
        var livelock = All("LIVELOCK", 8);
        var eight = All("EXPECTED_NOT_PRESENT", 8);
        Assert.Equal(livelock, Verdicts([.. Times(4, Nothing()), .. Times(4, Nothing())]));
        Assert.Equal(eight, Verdicts([.. Times(4, Nothing()), .. Times(4, Nothing("13"))]));
        Assert.Equal(eight, Verdicts([.. Times(4, Nothing()), .. Times(4, Nothing(code: Write))]));
        Assert.Equal(eight, Verdicts([.. Times(4, Nothing()), .. Times(4, Nothing(rip: "2000"))]));
        Assert.Equal($"{All("EXPECTED_NOT_PRESENT", 4)} EXPECTED_NOT_PRESENT {All("EXPECTED_NOT_PRESENT", 4)}", Verdicts([.. Times(4, Nothing()), .. Resolved(), .. Times(4, Nothing())]));
        Assert.Equal($"{All("LIVELOCK", 4)} EXPECTED_NOT_PRESENT {All("LIVELOCK", 4)}", Verdicts([.. Times(4, Nothing()), .. Resolved("13"), .. Times(4, Nothing())]));
        Assert.Equal($"{All("LIVELOCK", 8)} EXPECTED_NOT_PRESENT", Verdicts([.. Times(8, Nothing()), .. Resolved()]));
    }

    /// <summary>What was done about a fault may be among what was lost; one that was resolved before needs nothing more.</summary>
    [Fact]
    public void What_was_left_when_events_were_lost_is_undecidable()
    {
        Assert.Equal("UNDECIDABLE EXPECTED_NOT_PRESENT", Verdicts([.. Nothing(), "lost", .. Resolved()]));
        Assert.Equal(All("UNDECIDABLE", 7), Verdicts([.. Times(7, Nothing()), "lost"]));
        Assert.Equal("EXPECTED_NOT_PRESENT EXPECTED_NOT_PRESENT", Verdicts([.. Nothing(), .. Resolved(), "lost"]));
        Assert.Equal("EXPECTED_NOT_PRESENT", Verdicts([.. Nothing(), "kvm_exit: reason EXIT_HLT rip 0x4000 info 0 0", Entry, "lost"]));
        Assert.Equal("EXPECTED_NOT_PRESENT", Verdicts(Nothing()));
    }

    [Theory]
    [InlineData(GuestLevel.L1, 0x12, 4, 0x1000, true)]
    [InlineData(GuestLevel.L2, 0x12, 4, 0x1000, false)]
    [InlineData(GuestLevel.L1, 0x13, 4, 0x1000, false)]
    [InlineData(GuestLevel.L1, 0x12, 6, 0x1000, false)]
    [InlineData(GuestLevel.L1, 0x12, 4, 0x2000, false)]
    [InlineData(GuestLevel.L1, 0x13, 4, 0x2000, false)]
    [InlineData(GuestLevel.L1, 0x13, 6, 0x1000, false)]
    [InlineData(GuestLevel.L2, 0x12, 6, 0x2000, false)]
    public void What_tells_runs_apart(GuestLevel level, ulong frame, ulong code, ulong rip, bool same)
    {
        var (run, other) = (new FaultRun.Identity(GuestLevel.L1, 0x12, 4, 0x1000), new FaultRun.Identity(level, frame, code, rip));
        Assert.Equal((same, same), (run.Equals(other), run.GetHashCode() == other.GetHashCode()));
    }

    /// <summary>G: the SPTE allowed it all along, W: it was found narrower, D: what results denies it, N: nothing was done.</summary>
    [Theory]
    [InlineData("G", "SPURIOUS_OK")]
    [InlineData("GG", "BUG_ALREADY_GRANTED")]
    [InlineData("W", "EXPECTED_DIRTY_LOGGING")]
    [InlineData("WW", "BUG_ALREADY_GRANTED")]
    [InlineData("GW", "BUG_ALREADY_GRANTED")]
    [InlineData("GD", "SPURIOUS_OK EXPECTED_DIRTY_LOGGING")]
    [InlineData("GGDD", "BUG_ALREADY_GRANTED")]
    [InlineData("GGGDDD", "BUG_ALREADY_GRANTED")]
    [InlineData("GGDDD", "SPURIOUS_OK SPURIOUS_OK EXPECTED_DIRTY_LOGGING EXPECTED_DIRTY_LOGGING EXPECTED_DIRTY_LOGGING")]
    [InlineData("GGWDDD", "BUG_ALREADY_GRANTED")]
    [InlineData("GGGDDDDD", "LIVELOCK_NO_PROGRESS_SPTE")]
    public void Most_of_a_run_decides(string faults, string verdicts)
    {
        var lines = faults.SelectMany(f => Npf(WriteDenied, f switch
        {
            'G' => [Requested],
            'W' => [Requested, Changed(Protected, Writable)],
            _ => [Requested, Set(Protected)],
        }));
        Assert.Equal(verdicts.Contains(' ', StringComparison.Ordinal) ? verdicts : All(verdicts, faults.Length), Run(Amd61, [Changed("0", Writable), "other: " + Changed("0", Writable).Replace("gfn 12", "gfn 99", StringComparison.Ordinal), Entry, .. lines]).Verdicts);
    }

    [Theory]
    [InlineData(4, 4, "LIVELOCK_NO_PROGRESS_SPTE")]
    [InlineData(3, 5, "LIVELOCK")]
    [InlineData(5, 5, "LIVELOCK_NO_PROGRESS_SPTE")]
    [InlineData(4, 5, "LIVELOCK")]
    [InlineData(4, 3, "EXPECTED_NOT_PRESENT")]
    public void Half_of_it_denied_is_no_progress(int denied, int nothing, string verdict) =>
        Assert.Equal(All(verdict, denied + nothing), Verdicts([.. Times(denied, Npf(Read, Requested, Set("0"))), .. Times(nothing, Npf(Read, Requested))]));

    /// <summary>
    /// An unmap reaches 20 ms. From the end of the first fault's handling to the end of the last: 12 µs after the zap, and so long
    /// that half of it, or a step less than half, is covered.
    /// </summary>
    [Theory]
    [InlineData(39_892, "RETRY_STORM")]
    [InlineData(39_893, "LIVELOCK")]
    [InlineData(39_800, "RETRY_STORM")]
    public void Half_of_it_covered_is_a_storm(int wait, string verdict) =>
        Assert.Equal(All(verdict, 8), Verdicts([Zap, .. Nothing(), $"wait {wait}", .. Times(7, Nothing())]));

    /// <summary>CPU 1 was seen in the middle of the run, or a bit before or after, and lost what followed.</summary>
    [Theory]
    [InlineData(3, "UNDECIDABLE")]
    [InlineData(0, "LIVELOCK")]
    [InlineData(9, "UNDECIDABLE")]
    public void Half_of_it_lost_is_undecidable(int wait, string verdict) =>
        Assert.Equal(All(verdict, 8) + " EXPECTED_NOT_PRESENT",
            Verdicts([.. Times(4, Nothing()), Elsewhere, $"wait {wait}", .. Times(4, Nothing()), .. Resolved(), "lost 1", Elsewhere]));

    /// <summary>
    /// Mappings asked for in a trace in which no SPTE is ever set: such may not be recorded, unless half of the faults follow
    /// one another without another exit. 4 others before 8 leave four pairs.
    /// </summary>
    [Theory]
    [InlineData(0, "LIVELOCK_NO_PROGRESS_SPTE")]
    [InlineData(4, "LIVELOCK_NO_PROGRESS_SPTE")]
    [InlineData(5, "UNDECIDABLE")]
    [InlineData(8, "UNDECIDABLE")]
    public void No_SPTE_is_ever_set(int others, string verdict)
    {
        var refused = Npf(WriteDenied, Requested);
        string[] halted = ["kvm_exit: reason EXIT_HLT rip 0x4000 info 0 0", "kvm_entry: vcpu 0 rip 0x4001"];
        Assert.Equal(All(verdict, 8), Run(Amd61, [.. Times(others, [.. halted, .. refused]), .. Times(8 - others, refused)]).Verdicts);
    }

    /// <summary>What the fast path says it fixed, and did not, needs no other SPTE to be judged by.</summary>
    [Fact]
    public void Only_the_fast_path_sets_SPTEs() =>
        Assert.Equal(All("LIVELOCK_NO_PROGRESS_SPTE", 8), Run(Amd61, Times(8, ["kvm_exit: reason EXIT_HLT rip 0x4000 info 0 0", "kvm_entry: vcpu 0 rip 0x4001",
            .. Npf(WriteDenied, $"fast_page_fault: vcpu 0 gva 12000 error_code P|W|U sptep 0xff11000005fc8000 old 0x{Protected} new {Protected} spurious 0 fixed 1")])).Verdicts);

    /// <summary>A known MMIO frame, where emulation was never seen: it may not have been recorded, and a string instruction stays at its RIP for a page.</summary>
    [Theory]
    [InlineData(4096, "EXPECTED_MMIO_CACHED")]
    [InlineData(4097, "LIVELOCK")]
    public void A_string_of_MMIO(int times, string verdict) =>
        Assert.Equal(All(verdict, times), Run(Amd61, Times(times, Npf("10000000d", "handle_mmio_page_fault: addr:0 gfn 12 access 0"))).Verdicts);

    /// <summary>A clock that stands still: an unmap at the time of the last fault, whose handling took none, may have been waited for.</summary>
    [Fact]
    public void An_unmap_at_the_last_moment_is_an_excuse()
    {
        var fault = Nothing();
        Assert.StartsWith("EXPECTED_RETRY EXPECTED_RETRY EXPECTED_NOT_PRESENT",
            Verdicts([Elsewhere, .. fault, fault[0], fault[1], "same", Zap, "same", fault[2], "same", fault[3], .. Pages(0x200, 90, Resolved)]), StringComparison.Ordinal);
    }

    private const string Unmap = "kvm_unmap_hva_range: mmu notifier unmap range: 0x007fc38ea00000 -- 0x007fc38eb3a000";

    /// <summary>
    /// A thread unmaps a range and takes frame 12 away, while its neighbour is mapped again. Long after that, faults of frame 12 wait until
    /// they are served: the unmap went on, if it was another thread's.
    /// </summary>
    [Theory]
    [InlineData("other: ", true, "RETRY_STORM")]
    [InlineData("other: ", false, "LIVELOCK")]
    [InlineData("", true, "LIVELOCK")]
    public void Who_took_the_frame_away_may_still_be_at_it(string thread, bool ends, string verdict) =>
        Assert.Equal($"EXPECTED_NOT_PRESENT {All(verdict, 8)}{(ends ? " EXPECTED_NOT_PRESENT" : "")}",
            Verdicts([thread + Unmap, thread + Changed(Writable, "0"), .. Resolved("13"), "wait 30000", .. Times(8, Nothing()), .. ends ? Resolved() : []]));

    /// <summary>Where only vCPUs were recorded, who invalidates is not seen: runs that end were storms. Not those that an unmap does not explain.</summary>
    [Fact]
    public void Only_vCPUs_are_recorded()
    {
        var mmio = Npf(Read, "mark_mmio_spte: sptep:0xff gfn 12 access 7 gen 8");
        string[] before = [Changed("0", "0"), "kvm_exit: reason EXIT_HLT rip 0x4000 info 0 0", Entry];
        Assert.Equal(All("RETRY_STORM", 9) + " EXPECTED_NOT_PRESENT", Run(Amd61, [.. before, .. Times(9, Nothing()), .. Resolved()]).Verdicts);
        Assert.Equal(All("LIVELOCK", 9) + " EXPECTED_NOT_PRESENT", Run(Amd61, [.. before, .. Times(5, mmio), .. Times(4, Nothing()), .. Resolved()]).Verdicts);
        Assert.Equal("BUG_ALREADY_GRANTED BUG_ALREADY_GRANTED EXPECTED_COW",
            Run(Amd61, [Changed("0", Writable), Entry, .. Times(2, Npf(WriteDenied, Requested)), .. Npf(WriteDenied, Requested, Changed(Writable, "6000e67"), Set("6000e67"))]).Verdicts);
    }

    /// <summary>A thread's part of the trace begins with the run: less than 20 ms after the trace, what went before may have been an unmap.</summary>
    [Theory]
    [InlineData(19_993, "UNDECIDABLE")]
    [InlineData(19_994, "LIVELOCK")]
    public void The_trace_begins_with_the_run(int wait, string verdict) =>
        Assert.Equal(All(verdict, 8) + " EXPECTED_NOT_PRESENT", Run(Amd61, [Elsewhere, $"wait {wait}", .. Times(8, Nothing()), .. Resolved()]).Verdicts);

    /// <summary>Looked after at every 16th fault: the run of the 16th is over when more than 64 have passed, at the 96th.</summary>
    [Theory]
    [InlineData(79, "EXPECTED_NOT_PRESENT")]
    [InlineData(80, "EXPECTED_NOT_PRESENT")]
    [InlineData(95, "EXPECTED_NOT_PRESENT")]
    [InlineData(96, "UNEXPLAINED")]
    public void A_run_left_behind_is_over(int faults, string verdict)
    {
        var said = Verdicts([.. Pages(0x100, 15, Resolved), .. Nothing(), .. Pages(0x200, faults - 16, Resolved)]).Split(' ');
        Assert.Equal((faults, verdict), (said.Length, said[15]));
    }

    /// <summary>What was left for good without an excuse is unexplained; within the reach of an unmap it was a retry. A handling without any duration has one moment.</summary>
    [Theory]
    [InlineData(false, false, "UNEXPLAINED")]
    [InlineData(true, false, "EXPECTED_RETRY")]
    [InlineData(true, true, "EXPECTED_RETRY")]
    public void A_run_left_behind_may_have_an_excuse(bool zapped, bool atOnce, string verdict)
    {
        var fault = Nothing();
        if (atOnce) fault = [fault[0], fault[1], "same", fault[2], "same", fault[3]];
        Assert.Equal(verdict, Verdicts([zapped ? Zap : Elsewhere, .. fault, .. Pages(0x200, 90, Resolved)]).Split(' ')[0]);
    }

    /// <summary>A mapping was asked for and denies it: a run that is left keeps its look.</summary>
    [Fact]
    public void A_denied_run_left_behind_keeps_its_look() =>
        Assert.Equal("EXPECTED_NOT_PRESENT", Verdicts([.. Npf(Read, Requested, Set("0")), .. Pages(0x200, 90, Resolved)]).Split(' ')[0]);

    [Theory]
    [InlineData(32, "EXPECTED_NOT_PRESENT")]
    [InlineData(33, "UNEXPLAINED")]
    public void A_thread_has_32_open_runs(int runs, string verdict)
    {
        var said = Verdicts(Pages(0x100, runs, p => Nothing(p))).Split(' ');
        Assert.Equal(verdict, said[0]);
        Assert.All(said[1..], v => Assert.Equal("EXPECTED_NOT_PRESENT", v));
    }

    /// <summary>4096 open runs in all: from there on a thread keeps one.</summary>
    [Theory]
    [InlineData(4094, 2)]
    [InlineData(4095, 1)]
    public void Open_runs_are_bounded(int elsewhere, int kept)
    {
        var (runs, join, _) = Bench();
        for (var i = 0; i < elsewhere; i++) join(new LaneFaults(new VcpuLane(i, i)), 0x100);
        var lane = new LaneFaults(new VcpuLane(9000, 9000));
        join(lane, 0x200);
        join(lane, 0x201);
        Assert.Equal(kept, lane.Runs.Count);
        Assert.Contains(lane.Runs.Keys, k => k.Frame == 0x201);
        Assert.Empty(runs.LivelockShaped);
    }

    /// <summary>1024 runs wait for what else was lost; with one more the oldest has its verdict.</summary>
    [Fact]
    public void Runs_held_back_are_bounded()
    {
        var (runs, join, tally) = Bench();
        for (var i = 0; i < 1025; i++)
        {
            Assert.Empty(tally.Cases);
            var lane = new LaneFaults(new VcpuLane(i, i));
            for (var n = 0; n < 8; n++) join(lane, 0x100);
            runs.CloseAll(lane);
        }

        Assert.Equal((0, 8L), (Assert.Single(tally.Cases).Tid, tally[FaultVerdict.Livelock]));
        runs.SettleAll();
        Assert.Equal((1025, 8200L), (tally.Cases.Count, tally[FaultVerdict.Livelock]));
    }

    /// <summary>When 200 000 faults wait for a run it is decided at once, open as it is.</summary>
    [Fact]
    public void A_run_that_holds_up_too_many_is_decided()
    {
        var told = new List<string>();
        var (_, join, tally) = Bench(r => told.Add(r.Verdict.Name()));
        var lane = new LaneFaults(new VcpuLane(1, 0));
        for (var i = 0; i < 9; i++) join(lane, 0x100);
        for (var i = 9; i < 200_000; i++) tally.Place();
        Assert.Equal((1, 0), (lane.Runs.Count, told.Count));
        join(new LaneFaults(new VcpuLane(2, 1)), 0x200);
        Assert.Equal((0, All("LIVELOCK", 9)), (lane.Runs.Count, string.Join(' ', told)));
    }

    private static (FaultRuns Runs, Action<LaneFaults, ulong> Join, FaultTally Tally) Bench(Action<FaultRecord>? each = null)
    {
        var context = FaultCase.Of("npt61 4").Context();
        var tally = new FaultTally(each);
        var runs = new FaultRuns(context.Config, tally, new InvalidationLog(), new LostSpans(), context);
        return (runs, Join, tally);

        void Join(LaneFaults lane, ulong page)
        {
            (lane.Group.Gpa, lane.Group.Access, lane.Group.Slot) = (page << 12, context.Access, tally.Place());
            runs.Join(lane, new FaultRecord(0, lane.Lane.Tid, GuestLevel.L1, page << 12, context.Access, FaultVerdict.ExpectedNotPresent),
                new Judgement(FaultVerdict.ExpectedNotPresent, Unresolved.Nothing, "nothing"));
        }
    }

    /// <summary>What a bug keeps: the third fault's events, or the first's of two, and a sample: eight faults, then every power of two.</summary>
    [Theory]
    [InlineData(2, "BUG_ALREADY_GRANTED", 4, 2)]
    [InlineData(3, "BUG_ALREADY_GRANTED", 6, 3)]
    [InlineData(8, "BUG_ALREADY_GRANTED", 6, 8)]
    [InlineData(9, "BUG_ALREADY_GRANTED", 6, 8)]
    [InlineData(15, "BUG_ALREADY_GRANTED", 6, 8)]
    [InlineData(16, "BUG_ALREADY_GRANTED", 6, 9)]
    [InlineData(40, "BUG_ALREADY_GRANTED", 6, 10)]
    public void What_a_run_keeps(int faults, string verdict, int evidence, int observations)
    {
        var lines = Enumerable.Range(1, faults).SelectMany(i => Npf(WriteDenied, Times(Math.Min(i, 5), [Requested])));
        var bug = Assert.Single(Run(Amd61, [Changed("0", Writable), Entry, .. lines]).Judge.Bugs);
        Assert.Equal((verdict, (long)faults, evidence, observations), (bug.Verdict.Name(), bug.Count, bug.Evidence.Count, bug.Observations.Count));
        Assert.All(bug.Observations, o => Assert.Equal((true, false, true), (o.Granted, o.Widened, o.Requested)));
        Assert.Equal("the same fault again and again at the same rip: SPTE 0x5000e67 allows the access already", bug.Why);
        Assert.Equal((1_000_012_000L, 1001, 0, 0x12000UL, 0x1000UL, "write"), (bug.FirstNs, bug.Tid, bug.Vcpu, bug.Gpa, bug.Rip, bug.Access.Word));
        // A fault of n handling lines takes n + 3 steps; kvm_page_fault is the second.
        Assert.Equal(1_000_000_000L + 3000L * (3 * faults + 1 + Enumerable.Range(1, faults - 1).Sum(i => Math.Min(i, 5))), bug.LastNs);
    }

    /// <summary>Runs of one page and access are one case, up to 32 observations of them all; another page is another case.</summary>
    [Fact]
    public void Runs_of_one_page_are_one_case()
    {
        var judge = Run(Amd61, [Elsewhere, .. Enumerable.Range(1, 3).SelectMany(rip => Times(100, [.. Nothing(rip: $"{rip}000")[..^1], $"kvm_entry: vcpu 0 rip 0x{rip}000"])), .. Times(8, Nothing("13"))]).Judge;
        Assert.Equal([(0x12000UL, 300L, 32), (0x13000UL, 8L, 8)], judge.Bugs.Select(b => (b.Gpa, b.Count, b.Observations.Count)));
        Assert.Equal((0x1000UL, 308L), (judge.Bugs[0].Rip, judge.CountOf(FaultVerdict.Livelock)));
        Assert.Equal(1_000_000_000L + 3000L * (1 + 1200 - 2), judge.Bugs[0].LastNs);
    }

    /// <summary>A bug that one fault shows: counted at once, 32 observations kept.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(32, 32)]
    [InlineData(40, 32)]
    public void A_bug_without_a_run(int faults, int observations)
    {
        var gmet = new ReplayOptions { Intel = false, Kernel = KvmKernel.V72, Gmet = true };
        var (verdicts, judge) = Run(gmet, Times(faults, Npf("100000011", Set("5000e65"))));
        var bug = Assert.Single(judge.Bugs);
        Assert.Equal(All("BUG_GMET_USER_SET", faults), verdicts);
        Assert.Equal((faults, observations, 4, "fetch-supervisor", "SPTE 0x5000e65 has U=1: with GMET a supervisor may not fetch from it"),
            (bug.Count, bug.Observations.Count, bug.Evidence.Count, bug.Access.Word, bug.Why));
        Assert.Equal((1_000_006_000L, 1_000_000_000L + 3000L * (4 * faults - 2)), (bug.FirstNs, bug.LastNs));
        Assert.All(bug.Observations, o => Assert.Equal((false, false), (o.Granted, o.Widened)));
    }

    /// <summary>Without kvmmmu events four repeats have the shape of a livelock, and no more can be said; 1000 of them are kept.</summary>
    [Theory]
    [InlineData(3, 1, 0)]
    [InlineData(4, 1, 1)]
    [InlineData(9, 2, 2)]
    [InlineData(4, 1001, 1000)]
    public void The_shape_of_a_livelock(int times, int pages, int shapes)
    {
        var (verdicts, judge) = Run(Amd61, Pages(0x1000, pages, p => Times(times, [.. Nothing(p).Where(l => l != Requested)])));
        Assert.Equal(All("UNDECIDABLE", times * pages), verdicts);
        Assert.Equal((shapes, 0), (judge.LivelockShaped.Count, judge.Bugs.Count));
        if (shapes > 0) Assert.Equal((times, 0x1000000UL, 0x1000UL, 1_000_006_000L), (judge.LivelockShaped[0].Count, judge.LivelockShaped[0].Gpa, judge.LivelockShaped[0].Rip, judge.LivelockShaped[0].FirstNs));
    }

    [Fact]
    public void A_livelock_is_no_shape_of_one() => Assert.Empty(Run(Amd61, [Elsewhere, .. Times(8, Nothing())]).Judge.LivelockShaped);
}
