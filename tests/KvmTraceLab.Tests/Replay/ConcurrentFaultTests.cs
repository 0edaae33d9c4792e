using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;
using static KvmTraceLab.Tests.Replay.FaultTrace;

namespace KvmTraceLab.Tests.Replay;

/// <summary>What other threads do while a fault is handled, where the trace tells it only by what is left out.</summary>
public sealed class ConcurrentFaultTests
{
    private const string Write = "100000006", Cached = "10000000e", Writable = "5000e67";

    private const string Marker = "8000000012167", Check = "check_mmio_spte: spte 8000000012167 kvm_gen 2e spte-gen 2c valid 0";

    private const string Deleted = "other: kvm_mmu_zap_all_fast: kvm-mmu-valid-gen 1 used_pages 5";

    private static readonly ReplayOptions Amd72 = new() { Intel = false, Kernel = KvmKernel.V72 };

    /// <summary>From 6.12 on the legacy and the shadow MMU trace no SPTE that another CPU wrote a moment before.</summary>
    [Theory]
    [InlineData(true, "RACE")]
    [InlineData(false, "EXPECTED_NOT_PRESENT")]
    public void Two_CPUs_fault_on_one_page_and_one_writes_the_SPTE(bool enteredBefore, string second)
    {
        string[] entered = ["kvm_entry: vcpu 0 rip 0x1000"];
        string[] mapped =
        [
            "other: kvm_entry: vcpu 1 rip 0x2000", "other: kvm_exit: reason EXIT_NPF rip 0x2000 info 100000006 12000",
            "other: kvm_page_fault: vcpu 1 rip 0x2000 address 0x0000000000012000 error_code 0x100000006",
            "other: " + Requested, "other: " + Set(Writable), "other: kvm_entry: vcpu 1 rip 0x2000",
        ];
        var (verdicts, _) = Run(Amd72, [.. enteredBefore ? entered : [], .. mapped, .. enteredBefore ? [] : entered, .. Npf(Write, Requested)]);
        Assert.Equal("EXPECTED_NOT_PRESENT " + second, verdicts);
    }

    /// <summary>A sync of unsync pages ends what is known of L2's SPTEs; that another CPU was quicker stays true.</summary>
    [Theory]
    [InlineData("10d027", "RACE EXPECTED_NOT_PRESENT")]
    [InlineData("20d027", "EXPECTED_NOT_PRESENT EXPECTED_NOT_PRESENT")]
    public void Two_CPUs_run_one_L2_and_a_sync_follows(string root, string verdicts)
    {
        string[] walk = ["kvm_mmu_pagetable_walk: addr 12000 pferr 6 W|U", "kvm_mmu_paging_element: pte 10d027 level 2", "kvm_mmu_paging_element: pte 12067 level 1"];
        string[] exit =
        [
            "kvm_exit: reason EXIT_NPF rip 0x1000 info 100000006 12000",
            "kvm_nested_vmexit: vcpu 0 reason npf rip 0x1000 info1 0x0000000100000006 info2 0x0000000000012000 intr_info 0x00000000 error_code 0x00000000",
            "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x100000006",
        ];
        string[] other = [.. exit, .. walk.Select(l => l.Replace("10d027", root, StringComparison.Ordinal)), Requested, Set(Writable), "kvm_mmu_sync_page: sp gen 0 gfn 1 l1 8-byte q0 rwux nxe ad root 0 sync"];
        var said = Run(Amd72, [Entry, .. exit, .. walk, .. other.Select(l => "other: " + l.Replace("vcpu 0", "vcpu 1", StringComparison.Ordinal)), Requested, Entry, "other: kvm_entry: vcpu 1 rip 0x1000"]).Verdicts;
        Assert.Equal(verdicts, said);
    }

    /// <summary>A vCPU that unmaps for its own fault is through when it enters the guest, not when another CPU loses events.</summary>
    [Theory]
    [InlineData("kvm_apic: apic_read APIC_ID = 0x0", "RETRY_STORM")]
    [InlineData("kvm_entry: vcpu 1 rip 0x2000", "UNDECIDABLE")]
    public void A_gap_ends_no_invalidation(string next, string verdict)
    {
        string[] unmaps =
        [
            "other: kvm_entry: vcpu 1 rip 0x2000", "other: kvm_exit: reason EXIT_NPF rip 0x2000 info 100000007 12000",
            "other: kvm_page_fault: vcpu 1 rip 0x2000 address 0x0000000000012000 error_code 0x100000007",
            "other: kvm_unmap_hva_range: mmu notifier unmap range: 0x007fc38ea00000 -- 0x007fc38ea01000",
        ];
        var (verdicts, _) = Run(Amd72, [Changed("0", "0"), Entry, .. unmaps, "lost", "other: " + next, "wait 50000", Entry, .. Times(8, Npf("100000004"))]);
        Assert.EndsWith(All(verdict, 8), verdicts, StringComparison.Ordinal);
    }

    /// <summary>While memslots change check_mmio_spte is left out; their change is traced when it is done, however long that took.</summary>
    [Theory]
    [InlineData(Marker, "", Deleted, "RETRY_STORM")]
    [InlineData(Marker, "", "", "LIVELOCK")]
    [InlineData(Marker, "", "kvm_mmu_zap_all_fast: kvm-mmu-valid-gen 1 used_pages 5", "LIVELOCK")]
    [InlineData(Marker, Check, Deleted, "LIVELOCK")]
    [InlineData("0", "", Deleted, "LIVELOCK")]
    public void A_memslot_that_changes_shows_in_what_is_not_compared(string met, string handling, string after, string verdict)
    {
        string[] handled = handling.Length > 0 ? [handling] : [], changed = after.Length > 0 ? [after] : [];
        var (verdicts, _) = Run(Amd72, [Changed("0", met), Entry, .. Times(8, Npf(Cached, handled)), "wait 50000", .. changed]);
        Assert.Equal(All(verdict, 8), verdicts);
    }

    /// <summary>Nobody records a VM's clocks alone: then kvm_mmio would have been recorded too.</summary>
    [Theory]
    [InlineData("kvm_write_tsc_offset: vcpu=0 prev=0 next=18446743962018974949", "UNEXPLAINED")]
    [InlineData("kvm_update_master_clock: masterclock 0 hostclock tsc offsetmatched 0", "UNEXPLAINED")]
    [InlineData("kvm_apic: apic_read APIC_ID = 0x0", "EXPECTED_MMIO_FIRST")]
    public void Emulation_without_MMIO_needs_an_explanation_where_MMIO_would_show(string first, string verdict) =>
        Assert.Equal(verdict, Run(Amd72, [first, Requested, Entry, .. Npf(Write, "kvm_emulate_insn: 0:1000: 8a 00")[..^1], "kvm_entry: vcpu 0 rip 0x1002"]).Verdicts);

    /// <summary>
    /// Without the TDP MMU nothing traces what an SPTE loses. Whoever takes W away flushes the TLB, and the vCPU leaves the guest for
    /// that: eight times the same fault, given the same each time and no exit in between, is none of the host's doing.
    /// </summary>
    [Theory]
    [InlineData(9, "100000007", "", "5000e67", "EXPECTED_DIRTY_LOGGING", "BUG_ALREADY_GRANTED")]
    [InlineData(8, "100000007", "", "5000e67", "EXPECTED_DIRTY_LOGGING", "EXPECTED_DIRTY_LOGGING")]
    [InlineData(9, "100000007", "kvm_exit: reason EXIT_INTR rip 0x1000 info 0 0", "5000e67", "EXPECTED_DIRTY_LOGGING", "EXPECTED_DIRTY_LOGGING")]
    [InlineData(9, "100000006", "", "5000e67", "EXPECTED_NOT_PRESENT", "EXPECTED_NOT_PRESENT")]
    public void An_SPTE_that_loses_again_what_it_was_given(int times, string code, string between, string spte, string first, string verdict)
    {
        string[] left = between.Length > 0 ? [between, Entry] : [];
        var (verdicts, judge) = Run(Amd72, [Entry, .. Npf("100000004", Requested, Set("5000e65")), .. Times(times, [.. Npf(code, Requested, Set(spte)), .. left])]);
        Assert.Equal($"EXPECTED_NOT_PRESENT {first} " + All(verdict, times - 1), verdicts);
        if (verdict == "BUG_ALREADY_GRANTED") Assert.Equal("spte-loses-permission", KvmTraceLab.Replay.Hypotheses.HypothesisRanking.Rank(Assert.Single(judge.Bugs))[0].Id);
    }
}
