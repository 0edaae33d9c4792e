using KvmTraceLab.Mmu;
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
    [InlineData(1, false, "BUG_ALREADY_GRANTED")]
    public void Several_VMs(int otherVcpu, bool several, string verdict)
    {
        var (verdicts, judge) = Run(Amd61, [Entry, $"other: kvm_entry: vcpu {otherVcpu} rip 0x1000", "other: " + Changed("0", Writable), Entry, .. Times(2, Npf(WriteDenied, Requested))]);
        Assert.Equal((several, $"{verdict} {verdict}"), (judge.SeveralVms, verdicts));
    }

    [Fact]
    public void Another_CPU_that_granted_it_before_this_one_entered_is_no_race() =>
        Assert.Equal("SPURIOUS_OK", Run(Amd61, [Changed("0", Protected), "other: " + Changed(Protected, Writable), Entry, .. Npf(WriteDenied, Requested)]).Verdicts);

    /// <summary>A fault whose end was lost is no evidence, and what was known before a loss is not known after.</summary>
    [Fact]
    public void A_loss_within_a_fault_closes_it()
    {
        var fault = Npf(Read, Requested);
        Assert.Equal("UNDECIDABLE", Run(Amd61, [Changed("0", "0"), fault[0], fault[1], "lost", Requested, Entry]).Verdicts);
        Assert.Equal("EXPECTED_NOT_PRESENT", Run(Amd61, [Changed("0", "0"), fault[0], fault[1], Requested, Entry]).Verdicts);
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
