using KvmTraceLab.Mmu;
using KvmTraceLab.Replay;
using KvmTraceLab.Replay.Faults;
using static KvmTraceLab.Tests.Replay.FaultTrace;

namespace KvmTraceLab.Tests.Replay;

/// <summary>What is said to have become of a fault.</summary>
public sealed class FaultOutcomeTests
{
    private const string Read = "100000004", Write = "100000007", Writable = "5000e67", Protected = "5000e65";

    /// <summary>A fault of another page: the trace has the MMU's events.</summary>
    private static readonly string[] Recorded =
    [
        "kvm_exit: reason EXIT_NPF rip 0x1000 info 100000004 99000", "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000099000 error_code 0x100000004",
        "kvm_mmu_spte_requested: gfn 99 pfn 6000 level 1", "kvm_tdp_mmu_spte_changed: as id 0 gfn 99 level 1 old_spte 0 new_spte 6000e67", Entry,
    ];

    private static readonly ReplayOptions Amd61 = new() { Intel = false, Kernel = KvmKernel.V61 };

    public static TheoryData<string, string[]> Cases => new()
    {
        { "mapped", Npf(Read, Requested, Changed("0", Writable)) },
        { "mapped", Npf(Read, Requested, Set(Writable)) },
        { "mapped", Npf(Write, $"fast_page_fault: vcpu 0 gva 12000 error_code P|W|U sptep 000000001 old 0x{Protected} new {Writable} spurious 0 fixed 1") },
        { "retried", Npf(Write, $"fast_page_fault: vcpu 0 gva 12000 error_code P|W|U sptep 000000001 old 0x{Protected} new {Protected} spurious 0 fixed 1") },
        { "spurious", Npf(Write, $"fast_page_fault: vcpu 0 gva 12000 error_code P|W|U sptep 000000001 old 0x{Writable} new {Writable} spurious 1 fixed 0") },
        { "retried", Npf(Write, $"fast_page_fault: vcpu 0 gva 12000 error_code P|W|U sptep 000000001 old 0x{Protected} new {Protected} spurious 1 fixed 0") },
        { "retried", Npf(Write, Requested, Set(Protected)) },
        { "retried", Npf(Read, Requested, Changed("0", Writable), Changed(Writable, "0")) },
        { "retried", [.. Npf(Write, "kvm_mmu_prepare_zap_page: sp gen 0 gfn 12 l1 8-byte q0 direct wux nxe ad root 0 sync")] },
        { "emulated", Npf(Read, "kvm_emulate_insn: 0:1000:8b 02 (prot64)", "kvm_mmio: mmio read len 4 gpa 0x12000 val 0x0") },
        { "emulated", Npf(Read, "kvm_userspace_exit: reason KVM_EXIT_MMIO (6)") },
        { "emulated", Npf(Read, "kvm_fast_mmio: fast mmio at gpa 0x12000") },
        { "emulated", [.. Npf(Write, "kvm_emulate_insn: 0:1000:8b 02 (prot64)")[..^1], "kvm_entry: vcpu 0 rip 0x1002"] },
        { "retried", Npf(Write, "kvm_emulate_insn: 0:1000:8b 02 (prot64)") },
        { "injected", Npf(Read, "kvm_inj_exception: #PF (0x4)") },
        { "injected", Nested("0", Read, "kvm_mmu_walker_error: pferr 4 U", "kvm_nested_vmexit_inject: reason: npf ext_inf1: 0x0000000100000004 ext_inf2: 0x0000000000012345 ext_int: 0x00000000 ext_int_err: 0x00000000") },
        { "unknown", [.. Npf(Write, Requested)[..^1], "lost", Entry] },
        { "unknown", Npf(Write, Requested)[..^1] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_fault_is_handled_or_not(string outcome, string[] lines)
    {
        var others = Run(Amd61, Recorded).Judge.Outcomes.Single();
        var all = Run(Amd61, [.. Recorded, .. lines]).Judge.Outcomes;
        var got = Enum.GetValues<FaultOutcome>().Single(o => all.Sum(t => t[o]) > others[o]);
        Assert.Equal(outcome, got.ToString().ToLowerInvariant());
        Assert.Equal(2, all.Sum(t => t.Faults));
    }

    [Fact]
    public void Without_the_events_of_the_MMU_the_end_of_a_fault_is_unknown()
    {
        var outcome = Assert.Single(Run(Amd61, Times(60, Npf(Read))).Judge.Outcomes);
        Assert.Equal((60L, 60L, 0L, null, false), (outcome.Faults, outcome[FaultOutcome.Unknown], outcome.Known, outcome.HandledShare, outcome.IsStuck));
    }

    [Theory]
    [InlineData(8, 42, true)]
    [InlineData(10, 40, false)] // one in five
    [InlineData(9, 40, false)] // too few to say
    public void A_thread_is_stuck_below_one_in_five(int handled, int retried, bool stuck)
    {
        var judge = Run(Amd61, [.. Times(handled, Npf(Read, Requested, Changed("0", Protected))), .. Times(retried, Npf(Write, Requested))]).Judge;
        var outcome = Assert.Single(judge.Outcomes);
        Assert.Equal((handled, retried, stuck), ((int)outcome.Handled, (int)outcome[FaultOutcome.Retried], outcome.IsStuck));
        Assert.Equal(new RetriedPage(0x12000, GuestLevel.L1, handled + retried, retried, 0), Assert.Single(judge.RetriedPages(5)));
        Assert.Empty(judge.RetriedPages(0));
    }

    [Fact]
    public void Threads_and_levels_are_told_apart()
    {
        var judge = Run(Amd61, [.. Recorded, .. Nested("5000067", Read, Requested, Set(Writable)), .. Times(2, [.. Npf(Read, Requested).Select(l => "tid 900: " + l.Replace("vcpu 0", "vcpu 1", StringComparison.Ordinal))])]).Judge;
        Assert.Equal(["900 L1 2", "1001 L1 1", "1001 L2 1"], judge.Outcomes.Select(t => $"{t.Lane.Tid} {t.Level} {t.Faults}"));
    }

    [Fact]
    public void Who_is_stuck_is_told_by_vCPU_and_thread()
    {
        var (_, judge) = Run(Amd61, Times(60, Npf(Write, Requested)));
        var section = KvmTraceLab.Analysis.Faults.OutcomeSections.Section(judge);
        Assert.Equal(["vCPU 0 (tid 1001) is stuck: 0 of L1's 60 faults were handled, fewer than one in five."], section.Paragraphs);
    }

    [Fact]
    public void Pages_of_L1_and_L2_are_told_apart()
    {
        var judge = Run(Amd61, [.. Npf(Write, Requested), .. Nested("5000067", Read, Requested)]).Judge;
        Assert.Equal([new RetriedPage(0x12000, GuestLevel.L1, 1, 1, 0), new RetriedPage(0x12000, GuestLevel.L2, 1, 1, 0)], judge.RetriedPages(5));
    }

    [Fact]
    public void What_is_kept_is_bounded()
    {
        var outcomes = new FaultOutcomes(maxThreads: 2, maxPages: 16);
        var lanes = Enumerable.Range(0, 3).Select(i => new VcpuLane(100 + i, i)).ToList();
        for (ulong gfn = 0; gfn < 18; gfn++) outcomes.Add(lanes[0], GuestLevel.L1, gfn, FaultOutcome.Retried);
        outcomes.Add(lanes[0], GuestLevel.L1, 15, FaultOutcome.Mapped); // known already
        foreach (var lane in lanes) outcomes.Add(lane, GuestLevel.L1, 0, FaultOutcome.Unknown);
        Assert.Equal(["100 20", "101 1"], outcomes.Threads().Select(t => $"{t.Lane.Tid} {t.Faults}"));
        Assert.Equal(2, outcomes.PagesUncounted);
        var pages = outcomes.Retried(100);
        Assert.Equal(16, pages.Count);
        Assert.Equal(new RetriedPage(0, GuestLevel.L1, 3, 1, 2), pages[0]);
        Assert.Equal(new RetriedPage(0xf000, GuestLevel.L1, 2, 1, 0), pages[15]);
    }

    /// <summary>Counts are of the judged faults, and what is a bug of no progress was not handled.</summary>
    [Theory]
    [InlineData("shadow-stale.dat", 40)]
    [InlineData("write-livelock.txt", 36)]
    [InlineData("demand-faults.txt", 0)]
    [InlineData("nested-paging.dat", 0)]
    public void Recorded_faults(string sample, int retried)
    {
        using var trace = Cli.Analyzed.Sample(sample);
        var judge = KvmTraceLab.Analysis.Faults.ReplayRunner.Run(trace, new ReplayOptions()).Judge;
        Assert.Equal(judge.Faults, judge.Outcomes.Sum(t => t.Faults));
        Assert.Equal(retried, judge.Outcomes.Sum(t => t[FaultOutcome.Retried]));
        Assert.Equal(retried, judge.RetriedPages(100).Sum(p => p.Retried));
    }
}
