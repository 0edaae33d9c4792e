using KvmTraceLab.Mmu;
using KvmTraceLab.Replay;
using KvmTraceLab.Replay.Faults;
using static KvmTraceLab.Tests.Replay.FaultTrace;

namespace KvmTraceLab.Tests.Replay;

/// <summary>What the judge counts, and how it follows threads, vendors and losses.</summary>
public sealed class FaultJudgeTests
{
    private const string Read = "100000004", WriteDenied = "100000007", Writable = "5000e67", Protected = "5000e65";

    private const string Violation = "kvm_exit: reason EPT_VIOLATION rip 0x1000 info 181 0";

    private static readonly ReplayOptions Amd61 = new() { Intel = false, Kernel = KvmKernel.V61 };

    [Fact]
    public void What_is_counted()
    {
        var judge = Run(new ReplayOptions(),
            Entry, Violation, "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x181", Requested, Entry,
            "kvm_exit: reason EPT_MISCONFIG rip 0x1000 info 0 0", Entry, Violation, Entry, "kvm_exit: reason HLT rip 0x1000 info 0 0", "lost", Entry).Judge;
        Assert.Equal((1L, 1L, 2L, 1L), (judge.Faults, judge.MmioMisconfigs, judge.FaultExits, judge.LostMarkers));
        Assert.Equal((false, 0, 0L), (judge.SeveralVms, judge.MapOverflows, judge.BugCasesDropped));
        Assert.Equal((true, true, false), (judge.Config.IsIntel, judge.Config.VendorKnown, judge.Config.QualificationBit6));
        Assert.Equal(1, judge.CountOf(FaultVerdict.ExpectedNotPresent));
        Assert.Empty(judge.Bugs);
    }

    private const string Misconfig = "kvm_exit: reason EPT_MISCONFIG rip 0x1000 info 0 0", Known = "handle_mmio_page_fault: addr:0 gfn 12 access 0";

    private const string Device = "kvm_mmio: mmio read len 4 gpa 0x12000 val 0x0";

    /// <summary>EPT_MISCONFIG has no kvm_page_fault; a frame that is known as MMIO must be emulated all the same.</summary>
    [Theory]
    [InlineData(7, Misconfig, Known, Entry, 0)]
    [InlineData(8, Misconfig, Known, Entry, 8)]
    [InlineData(40, Misconfig, Known, Entry, 40)]
    [InlineData(40, Misconfig, "check_mmio_spte: spte 60001056 kvm_gen a spte-gen a valid 1", Entry, 0)]
    [InlineData(40, Misconfig, Known, "kvm_entry: vcpu 0 rip 0x1002", 0)]
    [InlineData(40, Misconfig, Known, "kvm_entry: vcpu 0", 0)]
    [InlineData(40, "kvm_exit: reason EPT_VIOLATION rip 0x1000 info 181 0", Known, Entry, 0)]
    [InlineData(40, "kvm_exit: reason EXIT_NPF rip 0x1000 info d 12000", Known, Entry, 0)]
    public void MMIO_that_is_never_emulated(int times, string exit, string handling, string entry, int bugs)
    {
        var judge = Run(new ReplayOptions(), [Entry, Misconfig, Known, Device, Entry, .. Times(times, [exit, handling, entry])]).Judge;
        Assert.Equal(bugs, judge.CountOf(FaultVerdict.Livelock));
        Assert.Equal(0, judge.Faults);
        if (bugs == 0)
        {
            Assert.Empty(judge.Bugs);
            return;
        }

        var bug = Assert.Single(judge.Bugs);
        Assert.Equal((0x12000UL, 0x1000UL, (long)bugs, FaultVerdict.Livelock), (bug.Gpa, bug.Rip, bug.Count, bug.Verdict));
        Assert.Equal(["kvm_exit", "handle_mmio_page_fault", "kvm_entry"], bug.Evidence.Select(e => e.Name));
        Assert.Equal("emulation-skipped", KvmTraceLab.Replay.Hypotheses.HypothesisRanking.Rank(bug)[0].Id);
    }

    [Theory]
    [InlineData("kvm_emulate_insn: 0:1000:8b 00 (prot64)")]
    [InlineData("kvm_mmio: mmio read len 4 gpa 0x12000 val 0x0")]
    [InlineData("kvm_fast_mmio: fast mmio at gpa 0x12000")]
    [InlineData("kvm_userspace_exit: reason KVM_EXIT_MMIO (6)")]
    [InlineData("kvm_inj_exception: #PF (0x2)")]
    [InlineData("mark_mmio_spte: sptep:00000000abcdef01 gfn 12 access 3 gen b")]
    [InlineData("lost")]
    [InlineData("handle_mmio_page_fault: addr:0 gfn 13 access 0")]
    public void MMIO_that_is_answered(string answer)
    {
        string[] turn = [Misconfig, Known, Entry];
        var judge = Run(new ReplayOptions(), [Entry, Misconfig, Known, Device, Entry, .. Times(6, turn), Misconfig, Known, answer, Entry, .. Times(6, turn)]).Judge;
        Assert.Empty(judge.Bugs);
        Assert.Equal(0, judge.CountOf(FaultVerdict.Livelock));
    }

    /// <summary>The marker's generation is compared first: that is no answer yet.</summary>
    [Fact]
    public void MMIO_whose_marker_is_compared_and_that_is_never_emulated() =>
        Assert.Equal(8, Run(new ReplayOptions(), [Entry, Misconfig, Known, Device, Entry, .. Times(8, [Misconfig, "check_mmio_spte: spte 60001056 kvm_gen a spte-gen a valid 1", Known, Entry])]).Judge.CountOf(FaultVerdict.Livelock));

    /// <summary>A VM of L1's may have a device too: kvm_nested_vmexit tells, or L2 was entered and its exits are not traced so.</summary>
    [Theory]
    [InlineData("", Misconfig, GuestLevel.L1, 3)]
    [InlineData("", Misconfig + "\nkvm_nested_vmexit: vcpu 0 reason EPT_MISCONFIG rip 0x1000 info1 0x0000000000000000 info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000", GuestLevel.L2, 4)]
    [InlineData("kvm_nested_vmenter: rip: 0x0000000000001000 vmcs: 0x0000000000009000 nested_rip: 0x0000000000001000 int_ctl: 0x00000000 event_inj: 0x00000000 nested_ept=y nested_eptp: 0x000000000010c01e", Misconfig, GuestLevel.L2, 3)]
    public void Whose_MMIO_is_never_emulated(string enters, string exit, GuestLevel level, int evidence)
    {
        var bug = Assert.Single(Run(new ReplayOptions(), [Entry, Misconfig, Known, Device, .. enters.Length > 0 ? (string[])[enters] : [], Entry, .. Times(8, [.. exit.Split('\n'), Known, Entry])]).Judge.Bugs);
        Assert.Equal((level, evidence), (bug.Level, bug.Evidence.Count));
    }

    /// <summary>The same page again and again, emulated in between, is one case; 32 observations of it are kept.</summary>
    [Fact]
    public void MMIO_that_is_emulated_now_and_then()
    {
        string[] known = [Misconfig, Known, Entry];
        var bug = Assert.Single(Run(new ReplayOptions(), [Entry, .. Times(40, [.. Times(8, known), Misconfig, Known, Device, Entry])]).Judge.Bugs);
        Assert.Equal((320L, 32), (bug.Count, bug.Observations.Count));
    }

    /// <summary>6.1 decodes an instruction that touches the APIC's page, unprotects the frame, and lets the guest try once more before it emulates.</summary>
    [Theory]
    [InlineData(1, "kvm_entry: vcpu 0 rip 0x1000", "EXPECTED_RETRY")]
    [InlineData(7, "kvm_entry: vcpu 0 rip 0x1000", "EXPECTED_RETRY")]
    [InlineData(8, "kvm_entry: vcpu 0 rip 0x1000", "LIVELOCK")]
    [InlineData(1, "kvm_entry: vcpu 0 rip 0x1002", "UNEXPLAINED")]
    public void An_instruction_is_decoded_and_tried_again(int times, string entry, string verdict)
    {
        string[] turn = [Violation, "kvm_page_fault: vcpu 0 rip 0x1000 address 0x00000000fee00020 error_code 0x781", "kvm_emulate_insn: 0:1000:8b 31 (prot64)"];
        var options = new ReplayOptions { Intel = true, Kernel = KvmKernel.V61 };
        var (verdicts, judge) = Run(options, [Entry, Misconfig, Known, Device, Entry, "other: " + Changed("0", "0"), "kvm_exit: reason HLT rip 0x4000 info 0 0", Entry, .. Times(times, [.. turn, entry]), .. turn, Device, "kvm_entry: vcpu 0 rip 0x1002"]);
        Assert.Equal(All(verdict, times) + " EXPECTED_MMIO_FIRST", verdicts);
        Assert.Equal(verdict == "LIVELOCK" ? 1 : 0, judge.Bugs.Count);
    }

    /// <summary>Where no device is ever seen, emulation may not have been recorded; a string instruction stays at its RIP for a page at most.</summary>
    [Theory]
    [InlineData(4096, 0)]
    [InlineData(4097, 1)]
    public void MMIO_in_a_trace_without_devices(int times, int bugs) =>
        Assert.Equal(bugs, Run(new ReplayOptions(), [Entry, .. Times(times, [Misconfig, Known, Entry])]).Judge.Bugs.Count);

    /// <summary>A trace may begin within a fault, before any exit names the vendor: the SPTE's bits 5:3 tell whose it is, or nobody judges it.</summary>
    [Theory]
    [InlineData("8020000003bc8d75", MmuKind.Ept, 0)]
    [InlineData("8020000003bc8d77", MmuKind.Ept, 1)]
    [InlineData("8020000003bc8d45", MmuKind.Npt, 0)]
    [InlineData("5000e67", MmuKind.Npt, 0)]
    [InlineData("5000a67", MmuKind.Npt, 1)]
    public void An_SPTE_before_the_first_exit(string spte, MmuKind kind, int findings)
    {
        var judge = Run(new ReplayOptions { Kernel = KvmKernel.V72 }, Set(spte), Changed("8000000000000000", spte)).Judge;
        Assert.Equal(kind, judge.Config.Kind);
        Assert.Equal(findings, judge.Findings.Count);
        Assert.False(judge.Config.VendorKnown);
    }

    [Theory]
    [InlineData(0x1c1, true)]
    [InlineData(0x181, false)]
    public void Bit_6_of_a_qualification(int code, bool seen)
    {
        var judge = Run(new ReplayOptions(), Violation, $"kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x{code:x}", Entry).Judge;
        Assert.Equal((seen, MmuKind.Ept), (judge.Config.QualificationBit6, judge.Config.Kind));
    }

    /// <summary>IA32_VMX_PROCBASED_CTLS2 that L1 reads has bit 54 where MBEC is offered.</summary>
    [Theory]
    [InlineData("msr_read 48b = 0x0040000000000000", true)]
    [InlineData("msr_read 48b = 0x0020000000000000", null)]
    [InlineData("msr_read 48b = 0x0080000000000000", null)]
    [InlineData("msr_write 48b = 0x0040000000000000", null)]
    [InlineData("msr_read 48c = 0x0040000000000000", null)]
    public void L1_reads_what_it_is_offered(string msr, bool? mbec) =>
        Assert.Equal(mbec, Run(new ReplayOptions { Intel = true, Kernel = KvmKernel.V72 }, Entry, "kvm_msr: " + msr).Judge.Config.Mbec);

    [Fact]
    public void Shadow_paging_is_told_by_faults_of_which_none_is_nested()
    {
        string[] shadow = ["kvm_exit: reason EXCEPTION_NMI rip 0x1000 info 12000 80000b0e", "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x4", Entry];
        string[] nested = [Violation, "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x181", Entry];
        Assert.Equal(MmuKind.Shadow, Run(new ReplayOptions(), shadow).Judge.Config.Kind);
        Assert.Equal(MmuKind.Ept, Run(new ReplayOptions(), [.. shadow, .. nested]).Judge.Config.Kind);
        Assert.Equal(MmuKind.Ept, Run(new ReplayOptions(), [.. nested, .. shadow]).Judge.Config.Kind);
    }

    /// <summary>Two threads with the same vCPU number are two VMs: a thread then knows only what it wrote.</summary>
    [Theory]
    [InlineData(0, true, "EXPECTED_RETRY")]
    [InlineData(1, false, "SPURIOUS_OK")]
    public void Several_VMs(int otherVcpu, bool several, string verdict)
    {
        var (verdicts, judge) = Run(Amd61, [Entry, $"other: kvm_entry: vcpu {otherVcpu} rip 0x1000", "other: " + Changed("0", Writable), Entry, .. Times(2, Npf(WriteDenied, Requested))]);
        Assert.Equal((several, $"{verdict} {verdict}"), (judge.SeveralVms, verdicts));
    }

    [Fact]
    public void Another_CPU_that_granted_it_before_this_one_entered_is_no_race() =>
        Assert.Equal("SPURIOUS_OK", Run(Amd61, [Changed("0", Protected), "other: " + Changed(Protected, Writable), Entry, .. Npf(WriteDenied, Requested)]).Verdicts);

    /// <summary>A thread that takes mappings away and is no vCPU: then others than vCPUs were recorded.</summary>
    [Theory]
    [InlineData("kvm_tdp_mmu_spte_changed: as id 0 gfn 99 level 1 old_spte 5000e67 new_spte 0", true)]
    [InlineData("kvm_mmu_prepare_zap_page: sp gen 0 gfn 1 l1 8-byte q0 wux nxe ad root 0 sync", true)]
    [InlineData("kvm_mmu_zap_all_fast: kvm-mmu-valid-gen 1 used_pages 2a", true)]
    [InlineData("kvm_unmap_hva_range: mmu notifier unmap range: 0x007fc38ea00000 -- 0x007fc38eb3a000", true)]
    [InlineData("kvm_mmu_spte_requested: gfn 99 pfn 5000 level 1", false)]
    public void Others_are_recorded(string work, bool seen)
    {
        Assert.Equal(seen, Run(Amd61, "other: " + work).Judge.Config.OthersRecorded);
        Assert.False(Run(Amd61, "other: " + work, "other: " + Entry).Judge.Config.OthersRecorded);
    }

    /// <summary>A fault whose end was lost is no evidence, and what was known before a loss is not known after.</summary>
    [Fact]
    public void A_loss_within_a_fault_closes_it()
    {
        var fault = Npf(Read, Requested);
        Assert.Equal("UNDECIDABLE", Run(Amd61, [Changed("0", "0"), fault[0], fault[1], "lost", Requested, Entry]).Verdicts);
        Assert.Equal("EXPECTED_NOT_PRESENT", Run(Amd61, [Changed("0", "0"), fault[0], fault[1], Requested, Entry]).Verdicts);
        var denied = Nested("0", Read, "kvm_mmu_walker_error: pferr 4 U");
        Assert.Equal("UNDECIDABLE", Run(Amd61, [.. denied[..^1], "lost", "kvm_nested_vmexit_inject: reason EXIT_NPF info1 100000006 info2 12345 int_info 0 int_info_err 0", Entry]).Verdicts);
        Assert.Equal("EXPECTED_L1_OTHER", Run(Amd61, denied[..^1]).Verdicts);
    }

    /// <summary>Neither an entry nor a next exit: the trace ends.</summary>
    [Fact]
    public void Faults_end_with_the_next_exit_or_fault_or_the_trace()
    {
        var fault = Npf(Read, Requested);
        string[] open = [Changed("0", "0"), .. fault[..^1]];
        Assert.Equal("EXPECTED_NOT_PRESENT", Run(Amd61, open).Verdicts);
        Assert.Equal("EXPECTED_NOT_PRESENT EXPECTED_NOT_PRESENT", Run(Amd61, [.. open, .. fault]).Verdicts);
        Assert.Equal("EXPECTED_NOT_PRESENT EXPECTED_NOT_PRESENT", Run(Amd61, [.. open, fault[1], Entry]).Verdicts);
    }
}
