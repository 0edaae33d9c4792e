using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;
using static KvmTraceLab.Tests.Replay.FaultTrace;

namespace KvmTraceLab.Tests.Replay;

/// <summary>What a healthy KVM does that looks like a bug, each beside the broken twin that it must not be taken for.</summary>
public sealed class HealthyKvmTests
{
    private const string Read = "100000004", WriteDenied = "100000007", Cached = "10000000d";

    private const string Writable = "5000e67", Protected = "5000e65", ReadOnly = "5000825";

    private const string Handle = "handle_mmio_page_fault: addr:0 gfn 12 access 6", UserError = "kvm_userspace_exit: reason error (14)", Signal = "kvm_userspace_exit: reason restart (4)";

    private const string OtherExit = "kvm_exit: reason EXIT_HLT rip 0x5000 info 0 0", OtherEntry = "kvm_entry: vcpu 0 rip 0x5001";

    private static readonly ReplayOptions Amd61 = new() { Intel = false, Kernel = KvmKernel.V61 };

    private static readonly ReplayOptions Amd72 = new() { Intel = false, Kernel = KvmKernel.V72 };

    private static readonly ReplayOptions Intel72 = new() { Intel = true, Kernel = KvmKernel.V72, Mbec = true };

    private static string Fast(string old, string now, string outcome) => $"fast_page_fault: vcpu 0 gva 12000 error_code P|W|U sptep 0xff11000005fc8000 old 0x{old} new {now} {outcome}";

    private static string Said(ReplayOptions options, params string[] lines) => string.Join(' ', Run(options, lines).Verdicts.Split(' ').Distinct());

    private static string[] Elsewhere(string entry, params string[] handling) => [.. Npf(WriteDenied, handling)[..^1], entry];

    /// <summary>A hot page while dirty pages are logged: the other vCPU is quicker each time, and fast_page_fault finds W.</summary>
    [Theory]
    [InlineData(true, "RACE")]
    [InlineData(false, "BUG_ALREADY_GRANTED")]
    public void Another_vCPU_lifts_the_write_protection_first(bool race, string verdict)
    {
        string[] round =
        [
            .. race ? (string[])["other: " + Changed(Writable, Protected)] : [],
            "kvm_exit: reason EXIT_NPF rip 0x1000 info 100000007 12000", "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x100000007",
            .. race ? (string[])["other: " + Changed(Protected, Writable)] : [],
            Fast(Writable, Writable, "spurious 1 fixed 0"), Entry,
        ];
        Assert.Equal(verdict, Said(Amd61, [Changed("0", Writable), Entry, .. Times(4, round)]));
    }

    /// <summary>The reverse map of SEV-SNP denies what the SPTE allows: splitting or converting the page follows, and leaves no SPTE event.</summary>
    [Theory]
    [InlineData("180000007", "SPURIOUS_OK")]
    [InlineData("100000007", "BUG_ALREADY_GRANTED")]
    public void A_fault_of_the_reverse_map_is_not_the_SPTEs(string code, string verdict) =>
        Assert.Equal(verdict, Said(Amd72, [Changed("0", Writable), Entry, .. Times(4, Npf(code, Fast(Writable, Writable, "spurious 1 fixed 0")))]));

    /// <summary>KVM_RUN fails, as for a page that is not private or shared as asked, and user space tries again: not KVM's.</summary>
    [Theory]
    [InlineData(UserError, "EXPECTED_RETRY")]
    [InlineData("kvm_apic: apic_read APIC_ID = 0x0", "LIVELOCK")]
    public void User_space_is_told_that_the_fault_failed(string handling, string verdict) =>
        Assert.Equal(verdict, Said(Amd61, [Changed("0", "0"), Entry, .. Times(12, Npf(Read, handling))]));

    /// <summary>Post-copy migration: the page is on its way, and signals make the vCPU leave and come back.</summary>
    [Theory]
    [InlineData(12, 0, "EXPECTED_NOT_PRESENT")]
    [InlineData(8, 8, "EXPECTED_NOT_PRESENT")]
    [InlineData(2, 10, "LIVELOCK")]
    public void Signals_interrupt_the_handling(int interrupted, int others, string verdict) =>
        Assert.Equal(verdict, Said(Amd61, [Changed("0", "0"), Entry, .. Times(interrupted, Npf(Read, Signal)), .. Times(others, Npf(Read))]));

    /// <summary>The next entry is behind the instruction: it was emulated, which was not recorded.</summary>
    [Theory]
    [InlineData("kvm_entry: vcpu 0 rip 0x1002", "EXPECTED_COW")]
    [InlineData(Entry, "LIVELOCK")]
    public void A_guest_that_goes_on_was_served(string entry, string verdict) =>
        Assert.Equal(verdict, Said(Amd61, [Changed("0", ReadOnly), Entry, .. Times(12, Elsewhere(entry))]));

    [Theory]
    [InlineData("kvm_entry: vcpu 0 rip 0x1002", "EXPECTED_COW")]
    [InlineData(Entry, "LIVELOCK_NO_PROGRESS_SPTE")]
    public void A_guest_that_goes_on_was_served_whatever_was_written(string entry, string verdict) =>
        Assert.Equal(verdict, Said(Amd61, [Changed("0", ReadOnly), Entry, .. Times(12, Elsewhere(entry, Requested, Set(ReadOnly)))]));

    /// <summary>A string instruction on a device stays where it is; emulation may not have been recorded.</summary>
    [Theory]
    [InlineData("kvm_apic: apic_read APIC_ID = 0x0", "EXPECTED_MMIO_CACHED")]
    [InlineData("kvm_write_tsc_offset: vcpu=0 prev=0 next=1", "LIVELOCK")]
    public void Unrecorded_emulation_of_a_string_instruction(string first, string verdict) =>
        Assert.Equal(verdict, Said(Amd61, [first, Changed("0", "0"), Entry, .. Times(12, Npf(Cached, Handle))]));

    /// <summary>SPTEs that are set were not recorded: then "none came" is no word about KVM.</summary>
    [Theory]
    [InlineData(false, "UNDECIDABLE")]
    [InlineData(true, "LIVELOCK_NO_PROGRESS_SPTE")]
    public void Mappings_asked_for_where_none_are_recorded(bool recorded, string verdict) =>
        Assert.Equal(verdict, Said(Amd61, [.. recorded ? (string[])[Set(Writable, gfn: "99")] : [], Entry, .. Times(12, [.. Npf(WriteDenied, Requested), OtherExit, OtherEntry])]));

    /// <summary>Two VMs in one trace, told apart by nothing: each has frame 0x12, and the first one's is mapped.</summary>
    [Theory]
    [InlineData("other: kvm_entry: vcpu 1 rip 0x2000", Read, "RETRY_STORM")]
    [InlineData("other: kvm_entry: vcpu 1 rip 0x2000", WriteDenied, "RETRY_STORM")]
    [InlineData(Entry, WriteDenied, "BUG_ALREADY_GRANTED")]
    public void What_another_vCPU_was_given_may_be_another_VMs(string first, string code, string verdict)
    {
        var thread = first[..(first.StartsWith("other: ", StringComparison.Ordinal) ? 7 : 0)];
        Assert.Equal(verdict, Said(Amd61, [first, thread + Changed("0", Writable), Entry, "tid 9: kvm_unmap_hva_range: mmu notifier unmap range: 0x1000 -- 0x2000", .. Times(12, Npf(code))]));
    }

    /// <summary>L2 without nested paging has a root of its own: its SPTE of a frame is another than L1's, and events do not name roots.</summary>
    [Theory]
    [InlineData("off", "EXPECTED_NOT_PRESENT")]
    [InlineData("on", "EXPECTED_NOT_PRESENT BUG_ALREADY_GRANTED")]
    public void L2_without_nested_paging_shares_addresses_and_not_SPTEs(string npt, string verdict)
    {
        string[] mapped = Npf(Read, Requested, Changed("0", Writable), Set(Writable));
        string[] nested = [mapped[0], "kvm_nested_vmexit: vcpu 0 reason npf rip 0x1000 info1 0x0000000100000004 info2 0x0000000000012000 intr_info 0x00000000 error_code 0x00000000", .. mapped[1..]];
        string[] enter = ["kvm_exit: reason EXIT_VMRUN rip 0x1000 info 0 0", $"kvm_nested_vmrun: rip: 0x0000000000001000 vmcb: 0x0000000000009000 nrip: 0x0000000000001000 int_ctl: 0x00000000 event_inj: 0x00000000 npt: {npt}", Entry];
        string[] left = ["kvm_exit: reason EXIT_INTR rip 0x1000 info 0 0", "kvm_nested_vmexit_inject: reason EXIT_INTR info1 0 info2 0 int_info 0 int_info_err 0", Entry];
        string[] zapped = ["other: " + Changed(Writable, "0"), "other: " + Changed(Writable, "0")];
        string[] round = npt == "off" ? [.. mapped, .. enter, .. nested, .. left, .. zapped] : [.. mapped, .. mapped];
        Assert.Equal(verdict, Said(Amd61, ["other: " + Changed("0", "0"), Entry, .. Times(5, round)]));
    }

    /// <summary>Only vCPU threads were recorded: what other threads take away does not show, unless the vCPU had no time for it.</summary>
    [Theory]
    [InlineData(false, true, "EXPECTED_DIRTY_LOGGING")]
    [InlineData(true, true, "EXPECTED_DIRTY_LOGGING BUG_ALREADY_GRANTED")]
    [InlineData(false, false, "EXPECTED_DIRTY_LOGGING BUG_ALREADY_GRANTED")]
    public void Write_protection_by_a_thread_that_was_not_recorded(bool recorded, bool left, string verdict) =>
        Assert.Equal(verdict, Said(Amd61, [.. recorded ? (string[])["other: " + Changed("0", Protected)] : [Changed("0", Protected)], Entry,
            .. Times(5, [.. Npf(WriteDenied, Fast(Protected, Writable, "spurious 0 fixed 1")), .. left ? (string[])[OtherExit, OtherEntry] : []])]));

    [Theory]
    [InlineData(false, true, "EXPECTED_NOT_PRESENT")]
    [InlineData(true, true, "EXPECTED_NOT_PRESENT BUG_ALREADY_GRANTED")]
    [InlineData(false, false, "EXPECTED_NOT_PRESENT BUG_ALREADY_GRANTED")]
    public void A_zap_by_a_thread_that_was_not_recorded(bool recorded, bool left, string verdict) =>
        Assert.Equal(verdict, Said(Amd61, [.. recorded ? (string[])["other: " + Changed("0", "0")] : [Changed("0", "0")], Entry,
            .. Times(5, [.. Npf(Read, Requested, Changed("0", Writable), Set(Writable)), .. left ? (string[])[OtherExit, OtherEntry] : []])]));

    /// <summary>Where only vCPUs were recorded, retries that come to an end are taken for a storm: who invalidated is not in the trace.</summary>
    [Theory]
    [InlineData(false, true, "RETRY_STORM EXPECTED_NOT_PRESENT")]
    [InlineData(true, true, "LIVELOCK EXPECTED_NOT_PRESENT")]
    [InlineData(false, false, "LIVELOCK")]
    public void Retries_for_a_thread_that_was_not_recorded(bool recorded, bool ends, string verdict) =>
        Assert.Equal(verdict, Said(Amd61, [.. recorded ? (string[])["other: " + Changed("0", "0")] : [Changed("0", "0")], "wait 50000", Entry, OtherExit, OtherEntry,
            .. Times(20, Npf(Read)), .. ends ? Npf(Read, Requested, Changed("0", Writable), Set(Writable)) : []]));

    [Theory]
    [InlineData(true, "EXPECTED_NOT_PRESENT")]
    [InlineData(false, "EXPECTED_NOT_PRESENT BUG_ALREADY_GRANTED")]
    public void Retries_after_a_zap_that_was_not_recorded(bool notPresent, string verdict) =>
        Assert.Equal(verdict, Said(Amd61, [Entry, .. Npf(Read, Requested, Changed("0", Writable), Set(Writable)), OtherExit, OtherEntry, .. Times(4, Npf(notPresent ? Read : WriteDenied))]));

    /// <summary>The trace begins in the middle of a storm: what it waits for came before.</summary>
    [Theory]
    [InlineData(true, "UNDECIDABLE EXPECTED_NOT_PRESENT")]
    [InlineData(false, "LIVELOCK EXPECTED_NOT_PRESENT")]
    public void A_trace_that_begins_within_a_storm(bool within, string verdict) =>
        Assert.Equal(verdict, Said(Amd61, [.. within ? (string[])[] : [Entry, "wait 50000"], .. Times(20, Npf(Read)), .. Npf(Read, Requested, Changed("0", Writable), Set(Writable)), "other: " + Changed(Writable, "0")]));

    /// <summary>The shadow MMU does not trace what it write-protects: a W that was given is no W that is there.</summary>
    [Theory]
    [InlineData("100000007", "EXPECTED_NOT_PRESENT EXPECTED_DIRTY_LOGGING")]
    [InlineData("100000005", "EXPECTED_NOT_PRESENT BUG_ALREADY_GRANTED")]
    public void Untraced_write_protection_of_L2s_SPTE(string code, string verdict)
    {
        string[] mapped = Nested("12067", "100000006", Requested, Set(Writable)), retried = Nested("12067", code);
        Assert.Equal(verdict, Said(Amd61, ["other: " + Changed("0", "0"), Entry, .. mapped, .. Times(3, retried)]));
    }

    /// <summary>Several L2 pages may be one frame of L1's; what is mapped ahead for its neighbour says nothing about this one.</summary>
    [Theory]
    [InlineData("5fcf098", "EXPECTED_NOT_PRESENT")]
    [InlineData("5fcf090", "BUG_SWALLOWED_L1_VIOLATION")]
    public void A_neighbour_of_the_same_frame_is_mapped_ahead(string at, string verdict)
    {
        string[] fault = Nested("12025", Read, Requested, "kvm_mmu_set_spte: gfn 12 spte 5000a65 (r-xu) level 1 at 5fcf090", $"kvm_mmu_set_spte: gfn 12 spte {Writable} (rwxu) level 1 at {at}");
        var (verdicts, judge) = Run(Amd61, [Entry, .. fault]);
        Assert.Equal(verdict, verdicts);
        Assert.Equal(verdict[0] == 'B' ? 1 : 0, judge.Findings.Count);
    }

    /// <summary>L1 without NX, or with fewer address bits than the entry uses: what is reserved there is not in the trace.</summary>
    [Theory]
    [InlineData("8000000000012027", "10000000d", "EXPECTED_L1_REFLECTED")]
    [InlineData("4000000012027", "10000000d", "EXPECTED_L1_REFLECTED")]
    [InlineData("12027", "10000000d", "BUG_SPURIOUS_REFLECTION")]
    [InlineData("4000000012027", "100000005", "BUG_SPURIOUS_REFLECTION")]
    public void Bits_that_may_be_reserved_on_NPT(string leaf, string info1, string verdict) =>
        Assert.Equal(verdict, Said(Amd61, [Entry, .. Nested(leaf, Read, "kvm_mmu_walker_error: pferr d P|RSVD", $"kvm_nested_vmexit_inject: reason EXIT_NPF info1 {info1} info2 12345 int_info 0 int_info_err 0")]));

    [Theory]
    [InlineData("4000000012437", "EPT_MISCONFIG", "EXPECTED_L1_REFLECTED")]
    [InlineData("12434", "EPT_MISCONFIG", "EXPECTED_L1_REFLECTED")]
    [InlineData("12437", "EPT_MISCONFIG", "BUG_SPURIOUS_REFLECTION")]
    [InlineData("4000000012437", "EPT_VIOLATION", "BUG_SPURIOUS_REFLECTION")]
    public void Bits_that_may_be_reserved_on_EPT(string leaf, string reason, string verdict) =>
        Assert.Equal(verdict, Said(Intel72, [Entry, .. NestedEpt("10d407", leaf, "784", $"kvm_nested_vmexit_inject: reason {reason} info1 0 info2 0 int_info 0 int_info_err 0")]));

    /// <summary>L1's exit was not recorded, but the thread goes on elsewhere: in L1.</summary>
    [Theory]
    [InlineData("kvm_entry: vcpu 0 rip 0x2000", "EXPECTED_L1_OTHER")]
    [InlineData(Entry, "BUG_SWALLOWED_L1_VIOLATION")]
    public void An_injection_that_was_not_recorded(string entry, string verdict) =>
        Assert.Equal(verdict, Said(Amd61, [Entry, .. Nested("0", Read, "kvm_mmu_walker_error: pferr 4 U")[..^1], entry]));

    /// <summary>Two L2s of one L1, one with MBEC: a user's fetch of a page with XS alone is denied to the one and allowed to the other.</summary>
    [Theory]
    [InlineData("10d407", true, "BUG_SWALLOWED_L1_VIOLATION")]
    [InlineData("20d007", true, "EXPECTED_NOT_PRESENT")]
    [InlineData("20d007", false, "EXPECTED_NOT_PRESENT")]
    public void Two_L2s_with_and_without_MBEC(string top, bool roles, string verdict)
    {
        string[] pages = roles ? [Page(0x20d, 0), Page(0x10d, 1)] : [];
        string[] with = NestedEpt("10d407", "12433", "181", "kvm_mmu_spte_requested: gfn 12 pfn 5000 level 1 access 7", Set("80a0000005000f33"));
        string[] asked = NestedEpt(top, "12037", "784", "kvm_mmu_spte_requested: gfn 12 pfn 5000 level 1 access b", Set("80a0000005000b37"));
        Assert.Equal("EXPECTED_NOT_PRESENT " + verdict, Run(Intel72, [Entry, .. pages, .. with, .. asked]).Verdicts);

        static string Page(int gfn, ulong mbec) =>
            $"kvm_mmu_get_page: [FAILED TO PARSE] mmu_valid_gen=0 gfn={gfn} role={0x30f03UL | mbec << 20} root_count=0 unsync=0 created=1";
    }

    /// <summary>An SPTE set by a thread of which nothing is known yet may be L2's, whose XS and XU are L1's affair.</summary>
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void A_trace_that_begins_within_a_fault(bool within, int findings)
    {
        const string XuOnly = "kvm_mmu_set_spte: gfn 12 spte 80a0000005000f31 (r--u) level 1 at 5fcf000";
        string[] fault = ["kvm_exit: reason EPT_VIOLATION rip 0x1000 info 781 0", "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x781", XuOnly, Entry];
        Assert.Equal(findings, Run(Intel72, [.. within ? fault[2..] : fault]).Judge.Findings.Count);
    }

    /// <summary>A clock that is set back: the unmap before the run is still the one before it.</summary>
    [Fact]
    public void A_clock_that_steps_back() =>
        Assert.Equal("RETRY_STORM", Said(Amd61, [Changed("0", "0"), Entry, "wait 900000", "other: kvm_unmap_hva_range: mmu notifier unmap range: 0x1000 -- 0x2000",
            "wait -800000", "other: kvm_unmap_hva_range: mmu notifier unmap range: 0x1000 -- 0x2000", .. Times(12, Npf(Read))]));

    /// <summary>The number of RET_PF_INVALID is that of RET_PF_FIXED before: what another CPU changed meanwhile was not fixed here.</summary>
    [Theory]
    [InlineData(4, "EXPECTED_COW")]
    [InlineData(5, "EXPECTED_DIRTY_LOGGING")]
    public void The_fast_path_does_not_take_anothers_change_for_its_own(int ret, string verdict) =>
        Assert.Equal(verdict, Said(Amd72, [Entry, .. Npf(WriteDenied, $"fast_page_fault: vcpu_id=0 cr2_or_gpa=0x12000 error_code=7 sptep=1 old_spte=0x{ReadOnly} new_spte=0x{Writable} ret={ret}")]));

    /// <summary>An interrupt for L1 ends no run of L2's: the fault comes again when L2 goes on.</summary>
    [Fact]
    public void An_exit_to_L1_in_between_ends_no_run()
    {
        string[] fault = Nested("12067", "100000006"), interrupted = [.. fault[..^1], "kvm_nested_vmexit_inject: reason EXIT_INTR info1 0 info2 0 int_info 0 int_info_err 0", Entry];
        Assert.Equal("LIVELOCK EXPECTED_L1_OTHER", Said(Amd61, ["other: " + Changed("0", "0"), "wait 50000", Entry, .. Times(6, fault), .. interrupted, .. Times(6, fault)]));
    }

    private static string[] NestedEpt(string top, string leaf, string code, params string[] handling) =>
    [
        $"kvm_exit: reason EPT_VIOLATION rip 0x1000 info {code} 0",
        $"kvm_nested_vmexit: vcpu 0 reason EPT_VIOLATION rip 0x1000 info1 0x{code} info2 0x0 intr_info 0x00000000 error_code 0x00000000",
        $"kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012345 error_code 0x{code}",
        "kvm_mmu_pagetable_walk: addr 12345 pferr 4 U", $"kvm_mmu_paging_element: pte {top} level 4", "kvm_mmu_paging_element: pte 10e407 level 3",
        "kvm_mmu_paging_element: pte 10f407 level 2", $"kvm_mmu_paging_element: pte {leaf} level 1", .. handling, Entry,
    ];
}
