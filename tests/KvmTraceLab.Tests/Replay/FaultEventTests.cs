using KvmTraceLab.Mmu;
using KvmTraceLab.Parser.Events.KvmMmu;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;
using KvmTraceLab.Replay.Faults;
using KvmTraceLab.Tests.Parser.Events;
using static KvmTraceLab.Tests.Replay.FaultTrace;

namespace KvmTraceLab.Tests.Replay;

/// <summary>What each event within or around a fault adds to it, and whose fault it is.</summary>
public sealed class FaultEventTests
{
    private const string Read = "100000004", Write = "100000006", WriteDenied = "100000007", Writable = "5000e67", Protected = "5000e65", HostReadOnly = "5000825";
    private const string Unmap = "kvm_unmap_hva_range: mmu notifier unmap range: 0x007fc38ea00000 -- 0x007fc38eb3a000";
    private const string Emulated = "kvm_emulate_insn: 0:1000: c7 00 ff 01 00 00";
    private const string NestedExit = "kvm_nested_vmexit: vcpu 0 reason npf rip 0x1000 info1 0x0000000100000004 info2 0x0000000000012000 intr_info 0x00000000 error_code 0x00000000";
    private const string Seen = "kvm_tdp_mmu_spte_changed: as id 0 gfn 99 level 1 old_spte 0 new_spte 0";

    private static readonly ReplayOptions Amd61 = new() { Intel = false, Kernel = KvmKernel.V61 };
    private static readonly ReplayOptions Intel72 = new() { Intel = true, Kernel = KvmKernel.V72 };

    private static string Verdicts(params string[] lines) => Run(Amd61, lines).Verdicts;

    private static string[] Walk(string leaf, string upper = "10d027") =>
        ["kvm_mmu_pagetable_walk: addr 12000 pferr 4", $"kvm_mmu_paging_element: pte {upper} level 4", "kvm_mmu_paging_element: pte 10e027 level 3", "kvm_mmu_paging_element: pte 10f027 level 2", $"kvm_mmu_paging_element: pte {leaf} level 1"];

    private static string[] L2(string code, params string[] handling)
    {
        var fault = Npf(code, handling);
        return [fault[0], NestedExit, .. fault[1..]];
    }

    /// <summary>Numbers above all names known, as a trace with many events has them, and none.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(4095)]
    public void Other_events_are_none(int kind) => Assert.Equal(FaultEvent.None, new FaultEvents()[kind]);

    [Fact]
    public void What_cannot_be_read_is_no_fault()
    {
        var (verdicts, judge) = Run(Amd61, Seen, Entry, "kvm_exit: reason EXIT_NPF rip 0x1000 info 100000004 12000", "kvm_page_fault: out of order", Entry);
        Assert.Equal(("", 0L), (verdicts, judge.Faults));
    }

    /// <summary>The number that a record has: fixed is 4 before, 5 since RET_PF_WRITE_PROTECTED; an SPTE that was given more of the same frame was fixed by either. What 5 did not fix is spurious, and so is 6.</summary>
    [Theory]
    [InlineData(KvmKernel.V61, 4, HostReadOnly, true, false)]
    [InlineData(KvmKernel.V61, 5, HostReadOnly, false, true)]
    [InlineData(KvmKernel.V61, 5, Writable, true, false)]
    [InlineData(KvmKernel.V61, 5, "6000e67", false, true)]
    [InlineData(KvmKernel.V61, 5, "5000667", false, true)]
    [InlineData(KvmKernel.V61, 6, Writable, false, true)]
    [InlineData(KvmKernel.V61, 3, Writable, false, false)]
    [InlineData(KvmKernel.V71, 4, HostReadOnly, false, false)]
    [InlineData(KvmKernel.V71, 4, "5000b45", false, false)]
    [InlineData(KvmKernel.V71, 4, Writable, true, false)]
    [InlineData(KvmKernel.V71, 5, HostReadOnly, true, false)]
    [InlineData(KvmKernel.V71, 6, HostReadOnly, false, true)]
    public void The_fast_path_says_fixed(KvmKernel kernel, int ret, string now, bool isFixed, bool isSpurious)
    {
        var (_, judge) = Run(new ReplayOptions { Intel = false, Kernel = kernel }, [Seen, .. Times(8, Npf(WriteDenied,
            $"fast_page_fault: vcpu_id=0 cr2_or_gpa=0x12000 error_code=7 sptep=1 old_spte=0x{HostReadOnly} new_spte=0x{now} ret={ret}", Set(HostReadOnly)))]);
        var seen = Assert.Single(judge.Bugs).Observations[0];
        Assert.Equal((isFixed, isSpurious), (seen.FastFixed, seen.FastSpurious));
    }

    /// <summary>A record whose print format names the numbers of RET_PF_* is believed, whatever kernel was said.</summary>
    [Theory]
    [InlineData(4, 0, false)]
    [InlineData(4, 1, true)]
    [InlineData(5, 1, true)]
    [InlineData(5, 0, false)]
    public void A_record_may_name_what_is_fixed(ulong ret, ulong named, bool isFixed)
    {
        var row = new PayloadBench().Row(FastPageFault.Shape, [0, 0x12000, 7, 0, 0x5000825, 0x5000825, 0, named, ret], 0x1ff);
        var state = new LaneFaults(new VcpuLane(1, 0));
        new FaultCollector(new ReplayConfig(Amd61), new GuestMemoryMap(), new InvalidationLog(), new SpteChecks()).Collect(state, FaultEvent.FastPageFault, row);
        Assert.Equal(isFixed, state.Group.FastFixed);
    }

    /// <summary>EPT with A/D off: an access-tracked SPTE (bit 52, no R, W, X) that is given its permissions back was fixed.</summary>
    [Theory]
    [InlineData("10000005000833", true)]
    [InlineData("10000005000830", false)]
    public void The_fast_path_gives_back_what_access_tracking_saved(string now, bool isFixed)
    {
        const string Tracked = "10000005000830";
        var judge = Run(new ReplayOptions { Intel = true, Kernel = KvmKernel.V61 }, [Seen, .. Times(8, ["kvm_exit: reason EPT_VIOLATION rip 0x1000 info 181 0",
            "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x181",
            $"fast_page_fault: vcpu_id=0 cr2_or_gpa=0x12000 error_code=1 sptep=1 old_spte=0x{Tracked} new_spte=0x{now} ret=5", Set(Tracked), Entry])]).Judge;
        Assert.Equal(isFixed, Assert.Single(judge.Bugs).Observations[0].FastFixed);
    }

    /// <summary>What the fast path fixed is the SPTE from then on, at the level of the one it met, and must keep the rules.</summary>
    [Theory]
    [InlineData(1, "12", "5000e67", "")]
    [InlineData(2, "0", "4000ee7", "")]
    [InlineData(2, "0", "4000ae7", "w-without-mmu-writable 0")]
    [InlineData(1, "12", "5000a67", "w-without-mmu-writable 12")]
    [InlineData(2, "200", "4000ae7", "w-without-mmu-writable 200", "212")]
    [InlineData(3, "40000", "40000ae7", "w-without-mmu-writable 40000", "40212")]
    public void The_fast_path_writes(int level, string gfn, string spte, string findings, string page = "12")
    {
        var old = level == 1 ? Protected : spte[..^3] + "ee5";
        var fast = $"fast_page_fault: vcpu 0 gva 12000 error_code P|W|U sptep 0xff11000005fc8000 old 0x{old} new {spte} spurious 0 fixed 1";
        var (verdicts, judge) = Run(Amd61, [$"kvm_tdp_mmu_spte_changed: as id 0 gfn {gfn} level {level} old_spte 0 new_spte {old}", Entry,
            .. ((string[])[.. Npf(WriteDenied, fast), .. Times(2, Npf(WriteDenied, Requested))]).Select(l => l.Replace("12000", page + "000", StringComparison.Ordinal))]);
        Assert.Equal("EXPECTED_DIRTY_LOGGING BUG_ALREADY_GRANTED BUG_ALREADY_GRANTED", verdicts);
        Assert.Equal(findings, string.Join(' ', judge.Findings.Select(f => $"{f.Id} {f.Gfns[0]:x}")));
    }

    [Theory]
    [InlineData("fixed 0", "EXPECTED_DIRTY_LOGGING EXPECTED_DIRTY_LOGGING EXPECTED_DIRTY_LOGGING")]
    [InlineData("fixed 1", "EXPECTED_DIRTY_LOGGING BUG_ALREADY_GRANTED BUG_ALREADY_GRANTED")]
    public void The_fast_path_writes_only_what_it_fixed(string outcome, string verdicts) =>
        Assert.Equal(verdicts, Verdicts([Changed("0", Protected), Entry,
            .. Npf(WriteDenied, $"fast_page_fault: vcpu 0 gva 12000 error_code P|W|U sptep 0xff11000005fc8000 old 0x{Protected} new {Writable} spurious 0 {outcome}"), .. Times(2, Npf(WriteDenied, Requested))]));

    [Theory]
    [InlineData("kvm_mmio: mmio write len 4 gpa 0x12000 val 0x1ff", "EXPECTED_READONLY_SLOT")]
    [InlineData("kvm_mmio: mmio read len 4 gpa 0x12000 val 0x1ff", "EXPECTED_SHADOW_WP")]
    [InlineData("kvm_mmio: mmio unsatisfied-read len 4 gpa 0x12000 val 0x0", "EXPECTED_SHADOW_WP")]
    public void A_device_is_written(string mmio, string verdict) =>
        Assert.Equal(verdict, Verdicts([Changed("0", HostReadOnly), Entry, .. Npf(WriteDenied, Emulated, mmio, "kvm_mmio: mmio read len 4 gpa 0x12000 val 0x1ff")]));

    /// <summary>Of several ways to user space the first one tells.</summary>
    [Theory]
    [InlineData("kvm_userspace_exit: reason KVM_EXIT_UNKNOWN (0)", "kvm_userspace_exit: reason KVM_EXIT_INTR (10)", "EXPECTED_RETRY")]
    [InlineData("kvm_userspace_exit: reason KVM_EXIT_INTR (10)", "kvm_userspace_exit: reason KVM_EXIT_UNKNOWN (0)", "EXPECTED_NOT_PRESENT")]
    [InlineData("kvm_userspace_exit: reason restart (4)", "kvm_userspace_exit: reason KVM_EXIT_INTR (10)", "EXPECTED_NOT_PRESENT")]
    public void User_space_is_asked(string first, string second, string verdict) => Assert.Equal(verdict, Verdicts([Seen, .. Npf(Read, first, second)]));

    [Theory]
    [InlineData("kvm_inj_exception: #PF (0x2)", "EXPECTED_GUEST_PF")]
    [InlineData("kvm_inj_exception: #GP (0x0)", "EXPECTED_NOT_PRESENT")]
    [InlineData("kvm_inj_exception: #DE", "EXPECTED_NOT_PRESENT")]
    public void An_exception_is_injected(string exception, string verdict) => Assert.Equal(verdict, Verdicts([Seen, .. ShadowFault(exception)]));

    private static string[] ShadowFault(params string[] handling) =>
        ["kvm_exit: reason EXIT_EXCP_PF rip 0x1000 info 6 12000", "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x6", .. handling, Entry];

    private static string Inject(string info) => $"kvm_nested_vmexit_inject: reason: npf ext_inf1: 0x{info.PadLeft(16, '0')} ext_inf2: 0x0000000000012000 ext_int: 0x00000000 ext_int_err: 0x00000000";

    [Theory]
    [InlineData("100000007", "100000006", "EXPECTED_L1_REFLECTED")]
    [InlineData("100000006", "100000007", "BUG_WRONG_REFLECTED_INFO")]
    public void The_first_injection_counts(string first, string second, string verdict) =>
        Assert.Equal(verdict, Verdicts(L2(WriteDenied, [.. Walk("12065"), "kvm_mmu_walker_error: pferr 7 P|W|U", Inject(first), Inject(second)])));

    /// <summary>An error of the walk of another address is none of this one's.</summary>
    [Theory]
    [InlineData(false, true, 7u)]
    [InlineData(true, false, 0u)]
    public void A_walk_fails(bool otherWalk, bool error, uint pferr)
    {
        string[] other = otherWalk ? ["kvm_mmu_pagetable_walk: addr 99000 pferr 4"] : [];
        var seen = Assert.Single(Run(Amd61, L2(WriteDenied, [.. Walk("12065"), .. other, "kvm_mmu_walker_error: pferr 7 P|W|U"])).Judge.Bugs).Observations[0];
        Assert.Equal((error, pferr, 4u, 0x12065UL), (seen.WalkError, seen.WalkErrorPferr, seen.WalkPferr, seen.L1Leaf));
    }

    /// <summary>L2's by kvm_nested_vmexit, by a walk before the mapping is asked for, or by what L1 is given; a walk after it is the emulator's.</summary>
    [Fact]
    public void Whose_fault_it_is()
    {
        Assert.Equal("L1", Level(Npf(Read, Requested)));
        Assert.Equal("L2", Level(L2(Read, Requested)));
        Assert.Equal("L2", Level(Npf(Read, [.. Walk("12067"), Requested])));
        Assert.Equal("L1", Level(Npf(Read, [Requested, .. Walk("12067")])));
        Assert.Equal("L1", Level(Npf(Read, Walk("12067"))));
        Assert.Equal("L2", Level(Npf(Read, [.. Walk("12065"), Inject("100000005")])));
        Assert.Equal("L1", Level(Npf(Read, Inject("100000005"))));
        Assert.Equal("L1", Level(ShadowFault([.. Walk("12067"), Requested])));
        Assert.Equal("L2 L1", Level([.. L2(Read, Requested), .. Npf(Read, Requested)]));
        Assert.Equal("L2", Level([NestedExit, .. Npf(Read, Requested)[1..]]));
        Assert.Equal("L2", Level(["kvm_nested_vmenter: rip: 0x0000000000001000 vmcb: 0x0000000000009000 nested_rip: 0x0000000000001000 int_ctl: 0x00000000 event_inj: 0x00000000 nested_npt=y nested_cr3: 0x000000000010c000", Entry, .. Npf(Read, Requested)]));

        static string Level(string[] lines) => Run(Amd61, r => r.LevelWord, [Seen, .. lines]).Words;
    }

    /// <summary>What L1's entries deny is no violation where the emulator walked them, after the mapping was asked for.</summary>
    [Fact]
    public void The_emulators_walk_is_no_word_of_L1s() =>
        Assert.Equal("EXPECTED_SHADOW_WP", Verdicts([Seen, .. Npf(WriteDenied, [Requested, .. Walk("12065"), Set(Writable)])]));

    /// <summary>An SPTE of L2's that another vCPU made: known until a sync of unsync pages, and then still a race if it was made meanwhile.</summary>
    [Theory]
    [InlineData(false, false, "SPURIOUS_OK")]
    [InlineData(true, false, "EXPECTED_RETRY")]
    [InlineData(true, true, "RACE")]
    public void Another_vCPU_made_L2s_SPTE(bool synced, bool meanwhile, string verdict)
    {
        string[] made = [.. L2(Write, [.. Walk("12067"), Requested, Set(Writable)]).Select(l => "other: " + l)];
        string[] sync = synced ? ["other: kvm_mmu_sync_page: sp gen 0 gfn 1 l1 8-byte q0 wux nxe ad root 0 sync"] : [];
        string[] enters = ["kvm_exit: reason EXIT_HLT rip 0x4000 info 0 0", Entry];
        Assert.EndsWith(" " + verdict, Verdicts([Seen, .. meanwhile ? enters : [], .. made, .. sync, .. meanwhile ? [] : enters, .. L2(WriteDenied, [.. Walk("12067"), Requested])]), StringComparison.Ordinal);
    }

    /// <summary>The rip of the fault, of the exit where the fault has none, or none.</summary>
    [Theory]
    [InlineData("kvm_page_fault: vcpu 0 rip 0x2000 address 0x0000000000012000 error_code 0x100000004", true, 0x2000)]
    [InlineData("kvm_page_fault: address 12000 error_code 100000004", true, 0x1000)]
    [InlineData("kvm_page_fault: address 12000 error_code 100000004", false, 0)]
    public void Where_it_happened(string fault, bool exit, int rip)
    {
        string[] one = [.. exit ? (string[])["kvm_exit: reason EXIT_NPF rip 0x1000 info 100000004 12000"] : [], fault, Requested, $"kvm_entry: vcpu 0 rip 0x{rip:x}"];
        Assert.Equal((ulong)rip, Assert.Single(Run(Amd61, [Seen, "kvm_exit: reason EXIT_HLT rip 0x4000 info 0 0", Entry, .. Times(8, one)]).Judge.Bugs).Rip);
    }

    /// <summary>The U bit of an NPF tells who fetched with GMET, and only then.</summary>
    [Theory]
    [InlineData(true, "100000011", "fetch-supervisor")]
    [InlineData(true, "100000015", "fetch-user")]
    [InlineData(false, "100000015", "fetch")]
    [InlineData(null, "100000015", "fetch")]
    public void Who_fetched(bool? gmet, string code, string word) =>
        Assert.Equal(word, Run(new ReplayOptions { Intel = false, Kernel = KvmKernel.V72, Gmet = gmet }, r => r.Access.Word, Npf(code, Requested)).Words);

    /// <summary>The exit stands before its fault in the evidence if it is one for a page fault; the exit of before is not this one's.</summary>
    [Theory]
    [InlineData("kvm_exit: reason EXIT_NPF rip 0x1000 info 100000004 12000", 4)]
    [InlineData("kvm_exit: reason EXIT_EXCP_PF rip 0x1000 info 4 12000", 4)]
    [InlineData("kvm_exit: reason EXIT_HLT rip 0x1000 info 0 0", 3)]
    [InlineData("kvm_exit: reason EXIT_NPF rip 0x1000 info 100000004 12000\nkvm_nested_vmexit", 5)]
    public void The_evidence_begins_with_the_exit(string exits, int events)
    {
        string[] head = [.. exits.Split('\n').Select(l => l == "kvm_nested_vmexit" ? NestedExit : l)];
        var bug = Assert.Single(Run(Amd61, [Seen, Entry, .. Times(8, [.. head, "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x4", Requested, Entry])]).Judge.Bugs);
        Assert.Equal(events, bug.Evidence.Count);
    }

    /// <summary>14 events are kept; of more the last one is.</summary>
    [Fact]
    public void Evidence_is_bounded()
    {
        var bug = Assert.Single(Run(Amd61, [Seen, .. Times(8, Npf(Read, Times(30, [Requested])))]).Judge.Bugs);
        Assert.Equal(("kvm_exit", 14, "kvm_entry"), (bug.Evidence[0].Shape!.Name, bug.Evidence.Count, bug.Evidence[^1].Shape!.Name));
        Assert.Equal("kvm_mmu_spte_requested", bug.Evidence[12].Shape!.Name);
    }

    /// <summary>The SPTEs of the frame are evidence, those of other frames are not.</summary>
    [Fact]
    public void The_SPTE_is_evidence()
    {
        var bug = Assert.Single(Run(Amd61, Times(8, Npf(WriteDenied, Requested, Set(HostReadOnly, gfn: "13"), Changed("0", HostReadOnly), Set(HostReadOnly)))).Judge.Bugs);
        Assert.Equal("kvm_exit kvm_page_fault kvm_mmu_spte_requested kvm_tdp_mmu_spte_changed kvm_mmu_set_spte kvm_entry", string.Join(' ', bug.Evidence.Select(e => e.Shape!.Name)));
    }

    /// <summary>Exits for nested faults are counted with kvm_page_fault or without; EPT_MISCONFIG, which never has one, apart.</summary>
    [Fact]
    public void Exits_for_faults()
    {
        string[] exits = ["EPT_VIOLATION", "EPT_VIOLATION", "EPT_VIOLATION", "EPT_VIOLATION", "EPT_MISCONFIG", "EPT_MISCONFIG", "HLT"];
        var judge = Run(new ReplayOptions(), [.. exits.SelectMany(e => (string[])[$"kvm_exit: reason {e} rip 0x1000 info 0 0", Entry])]).Judge;
        Assert.Equal((4L, 2L, 0L), (judge.FaultExits, judge.MmioMisconfigs, judge.Faults));
    }

    /// <summary>Another CPU that grants the access while this one is at it: no other CPU's knowledge counts under shadow paging, or with SMM's address space.</summary>
    [Fact]
    public void Another_CPU_grants_it_meanwhile()
    {
        var grant = "other: " + Changed("0", Writable);
        Assert.Equal("RACE", Verdicts([Seen, .. Npf(Write, grant)]));
        Assert.Equal("EXPECTED_NOT_PRESENT", Verdicts([Seen, .. Npf(Write, "other: " + Changed("0", Protected))]));
        Assert.Equal("EXPECTED_NOT_PRESENT", Verdicts([Seen, .. ShadowFault(grant)]));
        Assert.Equal("EXPECTED_NOT_PRESENT", Verdicts([Seen, "other: " + Changed("0", "0", space: 1), .. Npf(Write, grant)]));
    }

    /// <summary>Without kvmmmu events only what needs none is known: that a device was emulated.</summary>
    [Theory]
    [InlineData("10000000e", "kvm_mmio: mmio write len 4 gpa 0x12000 val 0x1ff", "EXPECTED_MMIO_CACHED")]
    [InlineData(Write, "kvm_fast_mmio: fast mmio at gpa 0x12000", "EXPECTED_MMIO_FIRST")]
    [InlineData(Write, "kvm_userspace_exit: reason 0x27 (39)", "UNDECIDABLE")]
    [InlineData(Write, "kvm_inj_exception: #GP (0x0)", "UNDECIDABLE")]
    public void Without_kvmmmu_events(string code, string handling, string verdict) => Assert.Equal(verdict, Verdicts(Npf(code, handling)));

    /// <summary>A vCPU that unmaps within a fault of its own is through when it enters the guest, whether or not it is mapped.</summary>
    [Theory]
    [InlineData(true, "LIVELOCK")]
    [InlineData(false, "RETRY_STORM")]
    public void A_vCPU_is_through_with_its_own_unmap(bool enters, string verdict)
    {
        string[] fault = [.. Npf(Read, Unmap).Select(l => "other: " + l)];
        Assert.EndsWith(All(verdict, 8), Verdicts([Seen, .. enters ? fault : fault[..^1], "wait 50000", .. Times(8, Npf(Read, Requested))]), StringComparison.Ordinal);
    }

    /// <summary>4096 threads are followed; with one more half of them are let go, those that entered the guest longest ago first.</summary>
    [Theory]
    [InlineData(4095, "LIVELOCK")]
    [InlineData(4096, "EXPECTED_NOT_PRESENT")]
    public void Threads_are_bounded(int others, string verdict)
    {
        var four = Times(4, Npf(Read, Requested));
        var lines = new List<string> { "kvm_tdp_mmu_spte_changed: as id 0 gfn 99 level 1 old_spte 0 new_spte 0" };
        lines.AddRange(four);
        for (var i = 0; i < others; i++) lines.Add($"tid {3000 + i}: kvm_entry: vcpu 0 rip 0x1000");
        lines.AddRange(four);
        Assert.Equal(All(verdict, 8), Verdicts([.. lines]));
    }

    /// <summary>65 536 vCPU numbers are watched for a second VM.</summary>
    [Theory]
    [InlineData(65_535, true)]
    [InlineData(65_536, false)]
    public void VCPU_numbers_are_bounded(int vcpu, bool several) =>
        Assert.Equal(several, Run(Amd61, [.. Enumerable.Range(0, 65_537).Select(n => $"kvm_entry: vcpu {n} rip 0x1000"), $"other: kvm_entry: vcpu {vcpu} rip 0x1000"]).Judge.SeveralVms);

    /// <summary>The exit that led to it tells the language of a code; else its own stage bits, the thread's last fault, or the vendor.</summary>
    [Theory]
    [InlineData(Isa.Vmx, VmxExitReason.EptViolation, FaultMode.Ept)]
    [InlineData(Isa.Vmx, VmxExitReason.EptMisconfig, FaultMode.Ept)]
    [InlineData(Isa.Vmx, VmxExitReason.ExceptionNmi, FaultMode.Shadow)]
    [InlineData(Isa.Vmx, 0x400u, FaultMode.Unknown)]
    [InlineData(Isa.Svm, SvmExitCode.Npf, FaultMode.Npt)]
    [InlineData(Isa.Svm, 0x4eu, FaultMode.Shadow)]
    [InlineData(Isa.Svm, 48u, FaultMode.Unknown)]
    public void The_exit_tells_the_language(Isa isa, uint reason, FaultMode mode)
    {
        Assert.Equal(mode, FaultModes.OfExit(new HostTrip { Isa = isa, Reason = reason }));
        foreach (var (inHost, hasReason) in ((bool, bool)[])[(true, true), (true, false), (false, true)])
        {
            var lane = new VcpuLane(1, 0) { InHost = inHost };
            (lane.Trip.Isa, lane.Trip.Reason, lane.Trip.HasReason) = (isa, reason, hasReason);
            var state = new LaneFaults(lane) { LastMode = FaultMode.Shadow };
            Assert.Equal(inHost && hasReason && mode != FaultMode.Unknown ? mode : FaultMode.Shadow, FaultModes.Of(state, 0x181, new ReplayConfig(Intel72)));
        }
    }

    [Theory]
    [InlineData(0x1_0000_0004, FaultMode.Shadow, true, FaultMode.Npt)]
    [InlineData(0x2_0000_0004, FaultMode.Ept, true, FaultMode.Npt)]
    [InlineData(0x4_0000_0004, FaultMode.Unknown, true, FaultMode.Ept)]
    [InlineData(0x181, FaultMode.Npt, true, FaultMode.Npt)]
    [InlineData(0x7, FaultMode.Unknown, true, FaultMode.Ept)]
    [InlineData(0x181, FaultMode.Unknown, false, FaultMode.Npt)]
    [InlineData(0x3, FaultMode.Unknown, null, FaultMode.Npt)]
    [InlineData(0x83, FaultMode.Unknown, null, FaultMode.Ept)]
    public void Without_an_exit_the_code_the_last_fault_or_the_vendor_tells(ulong code, FaultMode last, bool? intel, FaultMode mode) =>
        Assert.Equal(mode, FaultModes.Of(new LaneFaults(new VcpuLane(1, 0)) { LastMode = last }, code, new ReplayConfig(new ReplayOptions { Intel = intel })));

    private const string AsyncPf = "kvm_async_pf_not_present: token 0x1 gva 0x12000";

    /// <summary>Everything that a fault of frame 12 may show, and that the next fault, of frame 13, must not be judged by.</summary>
    public static TheoryData<string> First =>
    [
        $"fast_page_fault: vcpu 0 gva 12000 error_code P|W|U sptep 0xff11000005fc8000 old 0x{Writable} new {Writable} spurious 0 fixed 1",
        Changed(Protected, Writable), Changed(Writable, "0"), Set(Protected), Set("4000ee7", 2), "kvm_mmu_spte_requested: gfn 13 pfn 5000 level 1",
        "mark_mmio_spte: sptep:0xff gfn 12 access 7 gen 8", "handle_mmio_page_fault: addr:0 gfn 12 access 6", "kvm_fast_mmio: fast mmio at gpa 0x12000",
        "kvm_mmio: mmio write len 4 gpa 0x12000 val 0x1ff", Emulated, "kvm_userspace_exit: reason KVM_EXIT_MMIO (6)", "kvm_userspace_exit: reason error (-14)",
        "kvm_inj_exception: #PF (0x2)", "kvm_inj_exception: #GP (0x0)", Unmap, "kvm_set_spte_hva: mmu notifier set pte hva: 0x007fc38ea00000", AsyncPf,
        "kvm_mmu_unsync_page: sp gen 0 gfn 1 l1 8-byte q0 wux nxe ad root 0 sync", "kvm_mmu_split_huge_page: gfn 0 spte 5000ee7 level 2 errno 0", "kvm_pml_full: vcpu 0: PML full",
        string.Join('\n', [.. Walk("12067"), .. Walk("12065")]), string.Join('\n', [.. Walk("12065"), "kvm_mmu_walker_error: pferr 7 P|W|U", Inject("100000007")]), "lost",
    ];

    [Theory]
    [MemberData(nameof(First))]
    public void What_one_fault_showed_is_not_the_next_ones(string first)
    {
        string[] before = [Seen, .. Npf(WriteDenied, first.Split('\n'))];
        Next("EXPECTED_RETRY", Other(WriteDenied));
        Next("EXPECTED_RETRY", Other(WriteDenied, Requested.Replace("gfn 12", "gfn 13", StringComparison.Ordinal)));
        Next("EXPECTED_SHADOW_WP", Other(WriteDenied, Emulated));
        Next("EXPECTED_NOT_PRESENT", Other(Write, Set(Writable, gfn: "13")));
        Next("EXPECTED_NOT_PRESENT", Other(Write, "kvm_mmio: mmio read len 4 gpa 0x13000 val 0x1ff"));
        Next("EXPECTED_SHADOW_WP", Other(WriteDenied, Set(Writable, gfn: "13")));
        Next("EXPECTED_ACCESS_TRACKING", Other("100000015", Set("4000ee5", 2, "0")));
        Next("EXPECTED_NOT_PRESENT", Other("10000000c"));
        Next("EXPECTED_GUEST_PF", [.. ShadowFault("kvm_inj_exception: #PF (0x2)")]);
        Next("EXPECTED_NOT_PRESENT", [.. ShadowFault()]);
        var denied = OtherL2(WriteDenied);
        Next("BUG_SWALLOWED_L1_VIOLATION", denied);
        Next("EXPECTED_L1_OTHER", denied[..^1]);
        var seen = Run(Amd61, [.. before, .. denied]).Judge.Bugs[^1].Observations[^1];
        Assert.Equal((false, 0u, 4u, false, false), (seen.WalkError, seen.WalkErrorPferr, seen.WalkPferr, seen.Injected, seen.Requested));

        void Next(string verdict, string[] fault) => Assert.EndsWith(" " + verdict, Verdicts([.. before, .. fault]), StringComparison.Ordinal);

        static string[] Other(string code, params string[] handling) => [.. Npf(code, handling).Select(l => l.Replace("12000", "13000", StringComparison.Ordinal))];

        static string[] OtherL2(string code) => [.. L2(code, Walk("13065")).Select(l => l.Replace("12000", "13000", StringComparison.Ordinal))];
    }
}
