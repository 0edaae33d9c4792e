using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;
using KvmTraceLab.Replay.Hypotheses;
using static KvmTraceLab.Tests.Replay.FaultTrace;

namespace KvmTraceLab.Tests.Replay;

/// <summary>Faults of KVM met in recordings of broken modules, in a few lines each, beside their healthy twins.</summary>
public sealed class BrokenKvmTests
{
    private const string Read = "100000004", WriteDenied = "100000007", ReadDenied = "100000005", Cached = "10000000d";

    private const string Writable = "5000e67", Protected = "5000e65", ReadOnly = "5000825", NoUser = "5000e63", HugeProtected = "5000ee5", Huge = "5000ee7";

    private const string Emulated = "kvm_emulate_insn: 0:1000: 8a 00", Mmio = "kvm_mmio: mmio read len 1 gpa 0x12000 val 0x0", Handle = "handle_mmio_page_fault: addr:0 gfn 12 access 6";

    private const string Mark = "mark_mmio_spte: sptep:0xff gfn 12 access 7 gen 8", NextEntry = "kvm_entry: vcpu 0 rip 0x1002", UserExit = "kvm_userspace_exit: reason KVM_EXIT_MMIO (6)";

    private const string Taken = "kvm_tdp_mmu_spte_changed: as id 0 gfn 12 level 1 old_spte 5000e67 new_spte 0";

    private const string Unmap = "kvm_unmap_hva_range: mmu notifier unmap range: 0x007fc38ea00000 -- 0x007fc38eb3a000";

    private const string Clock = "kvm_write_tsc_offset: vcpu=0 prev=0 next=1";

    private static readonly ReplayOptions Amd61 = new() { Intel = false, Kernel = KvmKernel.V61 };

    private static string Fast(string old, string now, string outcome) => $"fast_page_fault: vcpu 0 gva 12000 error_code P|W|U sptep 0xff11000005fc8000 old 0x{old} new {now} {outcome}";

    private static string Changed2(string old, string now, string gfn = "0") => $"kvm_tdp_mmu_spte_changed: as id 0 gfn {gfn} level 2 old_spte {old} new_spte {now}";

    private static string Inject(string info1, string info2 = "12345", string reason = "EXIT_NPF") => $"kvm_nested_vmexit_inject: reason {reason} info1 {info1} info2 {info2} int_info 0 int_info_err 0";

    private static void Expect(string verdict, string? hypothesis, params string[] lines)
    {
        var (verdicts, judge) = Run(Amd61, [Changed("0", "0"), Entry, .. lines]);
        Assert.Equal(verdict, string.Join(' ', verdicts.Split(' ').Distinct()));
        Assert.Equal(hypothesis, judge.Bugs.Count == 0 ? null : HypothesisRanking.Rank(Assert.Single(judge.Bugs)) is [var first, ..] ? first.Id : null);
    }

    [Fact]
    public void A_leaf_without_the_user_bit_denies_every_access() =>
        Expect("LIVELOCK_NO_PROGRESS_SPTE", "spte-never-readable", Times(8, Npf(ReadDenied, Requested, Set(NoUser))));

    [Theory]
    [InlineData(Protected, "LIVELOCK_NO_PROGRESS_SPTE", "spurious-not-granted")]
    [InlineData(Writable, "BUG_ALREADY_GRANTED", null)]
    public void A_fault_called_spurious_is_held_against_the_SPTE(string spte, string verdict, string? hypothesis)
    {
        var (verdicts, judge) = Run(Amd61, [Changed("0", spte), Entry, .. Times(8, Npf(WriteDenied, Fast(spte, spte, "spurious 1 fixed 0")))]);
        Assert.Equal(verdict, string.Join(' ', verdicts.Split(' ').Distinct()));
        Assert.Equal(hypothesis, HypothesisRanking.Rank(judge.Bugs[0]) is [var first, ..] ? first.Id : null);
    }

    [Theory]
    [InlineData(8, "LIVELOCK", "emulation-skipped")]
    [InlineData(7, "EXPECTED_COW", null)]
    public void A_write_to_a_read_only_slot_must_be_emulated(int times, string verdict, string? hypothesis) =>
        Expect(verdict, hypothesis, [Changed("0", ReadOnly), .. Times(times, Npf(WriteDenied, Fast(ReadOnly, ReadOnly, "spurious 0 fixed 0")))]);

    [Fact]
    public void MMIO_that_is_known_must_be_emulated()
    {
        Expect("LIVELOCK", "emulation-skipped", [Clock, .. Times(8, Npf(Cached, Handle))]);
        Expect("EXPECTED_MMIO_CACHED", null, Times(8, Npf(Cached, Handle)));
        Expect("EXPECTED_MMIO_CACHED", null, Times(7, Npf(Cached, Handle)));
        Expect("EXPECTED_MMIO_CACHED", null, Times(9, Npf(Cached, Handle, Emulated, Mmio)));
        Expect("EXPECTED_MMIO_CACHED", null, Times(9, Npf(Cached, Handle, Emulated, UserExit)));
    }

    /// <summary>The emulation itself may not be recorded: then the guest goes on behind the instruction.</summary>
    [Fact]
    public void A_guest_that_goes_on_behind_the_instruction_was_served() =>
        Expect("EXPECTED_MMIO_CACHED", null, Times(9, [.. Npf(Cached, Handle)[..^1], NextEntry]));

    [Fact]
    public void A_frame_marked_as_MMIO_again_and_again_is_no_progress()
    {
        Expect("LIVELOCK", "cmpxchg-retry", Times(8, Npf(Read, Requested, Mark)));
        Expect("EXPECTED_MMIO_FIRST", null, Times(8, Npf(Read, Requested, Mark, Emulated, Mmio)));
    }

    [Fact]
    public void A_mapping_taken_away_by_the_fault_that_made_it()
    {
        string[] fault = Npf(Read, Requested, Changed("0", Writable), Set(Writable), Taken);
        Expect("LIVELOCK", "mapping-taken-away", Times(8, fault));
        Expect("EXPECTED_NOT_PRESENT", null, Times(7, fault));
        Expect("EXPECTED_NOT_PRESENT", null, Times(8, Npf(Read, Requested, Changed("0", Writable), Set(Writable), Unmap, Taken)));
        Expect("EXPECTED_NOT_PRESENT", null, Times(8, Npf(Read, Requested, Taken, Changed("0", Writable), Set(Writable))));
    }

    /// <summary>As an SPTE that loses W, but all of it goes: old_spte is empty and nothing traced emptied it.</summary>
    [Fact]
    public void A_mapping_that_vanishes_without_a_zap()
    {
        string[] fault = Npf(Read, Requested, Changed("0", Writable), Set(Writable));
        Expect("EXPECTED_NOT_PRESENT BUG_ALREADY_GRANTED", "spte-loses-permission", Times(3, fault));
        Expect("EXPECTED_NOT_PRESENT", null, Times(2, fault));
        Expect("EXPECTED_NOT_PRESENT", null, Times(5, [.. fault, "other: " + Taken]));
        Expect("EXPECTED_NOT_PRESENT", null, Times(5, [.. fault, "other: kvm_mmu_zap_all_fast: kvm-mmu-valid-gen 1 used_pages 5"]));
    }

    [Theory]
    [InlineData("0", "100000004", "100000004", "EXPECTED_L1_REFLECTED", null)]
    [InlineData("0", "100000004", "100000000", "BUG_WRONG_REFLECTED_INFO", "user-bit-not-injected")]
    [InlineData("0", "100000004", "10000000c", "BUG_WRONG_REFLECTED_INFO", "reserved-bit-injected")]
    [InlineData("0", "100000004", "10000000d", "BUG_WRONG_REFLECTED_INFO", "reserved-bit-injected")]
    [InlineData("0", "100000004", "100000005", "BUG_WRONG_REFLECTED_INFO", "not-present-injected-as-present")]
    [InlineData("0", "100000004", "100000006", "BUG_WRONG_REFLECTED_INFO", "read-injected-as-write")]
    [InlineData("0", "100000004", "100000014", "BUG_WRONG_REFLECTED_INFO", "fetch-bit-wrong")]
    [InlineData("0", "100000004", "200000004", "BUG_WRONG_REFLECTED_INFO", "final-injected-as-walk")]
    [InlineData("0", "200000004", "100000004", "BUG_WRONG_REFLECTED_INFO", "walk-stage-injected-as-final")]
    [InlineData("0", "100000004", "300000004", "BUG_WRONG_REFLECTED_INFO", "stage-bits-not-one")]
    [InlineData("0", "100000004", "4", "BUG_WRONG_REFLECTED_INFO", "stage-bits-not-one")]
    [InlineData("12025", "100000007", "100000006", "BUG_WRONG_REFLECTED_INFO", "present-not-injected")]
    [InlineData("8000000000012027", "100000015", "100000015", "EXPECTED_L1_REFLECTED", null)]
    [InlineData("8000000000012027", "100000015", "100000005", "BUG_WRONG_REFLECTED_INFO", "fetch-bit-wrong")]
    [InlineData("8000000000012027", "100000015", "10000001d", "BUG_WRONG_REFLECTED_INFO", "reserved-bit-injected")]
    public void What_L1_is_told_of_its_own_violation(string leaf, string code, string info1, string verdict, string? hypothesis) =>
        Expect(verdict, hypothesis, Nested(leaf, code, "kvm_mmu_walker_error: pferr 4 U", Inject(info1)));

    /// <summary>Without NX in the entries L1's EFER.NX is unknown: a fetch may come with I/D or without.</summary>
    [Theory]
    [InlineData("100000014")]
    [InlineData("100000004")]
    public void A_fetch_of_what_is_not_there_may_be_told_either_way(string info1) =>
        Expect("EXPECTED_L1_REFLECTED", null, Nested("0", "100000014", "kvm_mmu_walker_error: pferr 4 U", Inject(info1)));

    [Fact]
    public void The_address_is_hardwares_to_the_last_bit() =>
        Expect("BUG_WRONG_REFLECTED_INFO", "wrong-address-injected", Nested("0", "100000004", Inject("100000004", "12000")));

    [Theory]
    [InlineData("EXIT_EXCP_PF", "kvm_mmu_walker_error: pferr 4 U", "BUG_WRONG_REFLECTED_INFO", "other-reason-injected")]
    [InlineData("EXIT_INTR", "kvm_mmu_walker_error: pferr 4 U", "EXPECTED_L1_OTHER", null)]
    [InlineData("EXIT_SHUTDOWN", "kvm_mmu_walker_error: pferr 4 U", "EXPECTED_L1_OTHER", null)]
    [InlineData("EXIT_VMMCALL", "kvm_mmu_spte_requested: gfn 12 pfn 5000 level 1", "EXPECTED_L1_OTHER", null)]
    public void Another_exit_than_the_page_fault_that_is_due(string reason, string event1, string verdict, string? hypothesis) =>
        Expect(verdict, hypothesis, Nested("0", "100000004", event1, Inject("0", "0", reason)));

    [Theory]
    [InlineData("#PF (0x4)", "BUG_SWALLOWED_L1_VIOLATION", "violation-injected-into-l2")]
    [InlineData("#PF (0x4) [reinjected]", "EXPECTED_L1_OTHER", null)]
    [InlineData("#GP (0x0)", "EXPECTED_L1_OTHER", null)]
    public void A_violation_of_L1s_tables_is_no_page_fault_of_L2(string exception, string verdict, string? hypothesis) =>
        Expect(verdict, hypothesis, Nested("0", "100000004", "kvm_mmu_walker_error: pferr 4 U", "kvm_inj_exception: " + exception));

    [Fact]
    public void Emulation_of_what_is_no_MMIO_is_unexplained_where_MMIO_shows()
    {
        Expect("EXPECTED_MMIO_FIRST", null, SteppedOver(Emulated));
        Expect("EXPECTED_MMIO_FIRST UNEXPLAINED", null, [.. SteppedOver(Emulated, Mmio), .. SteppedOver(Emulated)]);
        Expect("EXPECTED_MMIO_FIRST EXPECTED_RETRY", null, [.. SteppedOver(Emulated, Mmio), .. Npf(Read, Emulated)]);
        Expect("EXPECTED_MMIO_FIRST", null, [.. SteppedOver(Emulated, Mmio), .. SteppedOver(Emulated, UserExit)]);

        static string[] SteppedOver(params string[] handling) => [.. Npf(Read, handling)[..^1], "kvm_entry: vcpu 0 rip 0x1003"];
    }

    /// <summary>A race takes another thread; what this one was given itself is none.</summary>
    [Theory]
    [InlineData("", "SPURIOUS_OK")]
    [InlineData("other: ", "RACE")]
    public void Only_another_thread_makes_a_race(string thread, string verdict) =>
        Expect(verdict, null, [Changed("0", Protected), thread + Changed(Protected, Writable), .. Npf(WriteDenied, Requested)]);

    [Theory]
    [InlineData("", "EXPECTED_NOT_PRESENT")]
    [InlineData("other: ", "RACE")]
    public void Mapped_meanwhile_is_a_race_with_another_thread_alone(string thread, string verdict) =>
        Expect(verdict, null, [thread + Changed("0", "5000e27"), .. Npf(Read, Requested, Changed("5000e27", Writable), Set(Writable))]);

    [Fact]
    public void Huge_pages_are_executable_all_or_none()
    {
        const string Nx = "8000000005000ee7";
        Assert.Empty(Run(Amd61, [Entry, Changed2("0", Huge), Changed2("0", Huge, "200")]).Judge.Findings);
        Assert.Empty(Run(Amd61, [Entry, Changed2("0", Nx), Changed2("0", Nx, "200"), Changed("0", Writable)]).Judge.Findings);
        foreach (var pair in (string[][])[[Huge, Nx], [Nx, Huge]])
        {
            string[] both = [Entry, Changed2("0", pair[0]), Changed2("0", pair[1], "200")];
            Assert.Equal(("nx-huge-mixed", 1L), Assert.Single(Run(Amd61, both).Judge.Findings) is var f ? (f.Id, f.Count) : default);
            Assert.Empty(Run(Amd61, [.. both[..2], "kvm_mmu_zap_all_fast: kvm-mmu-valid-gen 1 used_pages 5", both[2]]).Judge.Findings);
            Assert.Empty(Run(Amd61, [.. both[..2], "lost", both[2]]).Judge.Findings);
        }
    }

    [Theory]
    [InlineData(HugeProtected, "spurious 0 fixed 0", Huge, 2, true)]
    [InlineData(HugeProtected, "spurious 0 fixed 0", Writable, 1, false)]
    [InlineData(HugeProtected, "spurious 0 fixed 1", Huge, 2, false)]
    [InlineData(Protected, "spurious 0 fixed 0", Huge, 2, false)]
    [InlineData("50008e5", "spurious 0 fixed 0", Huge, 2, false)]
    public void A_huge_page_of_a_logged_slot_is_split(string old, string outcome, string result, int level, bool found)
    {
        var judge = Run(Amd61, [Entry, .. Npf(WriteDenied, Fast(old, old, outcome), "kvm_mmu_spte_requested: gfn 12 pfn 5000 level 1", Set(result, level, level == 2 ? "0" : "12"))]).Judge;
        Assert.Equal(found, judge.Findings.Any(f => f.Id == "huge-page-while-logged"));
    }

    /// <summary>Shadow paging: W, U by AND, NX by OR; without CR0.WP a supervisor may write all, and U goes.</summary>
    [Theory]
    [InlineData("12027", "2", "5000e67", null)]
    [InlineData("12025", "0", "5000e67", "W")]
    [InlineData("12025", "0", "5000e65", null)]
    [InlineData("12025", "2", "5000e63", null)]
    [InlineData("12025", "6", "5000e63", "W")]
    [InlineData("12023", "0", "5000e67", "U")]
    [InlineData("8000000000012027", "0", "5000e67", "execute")]
    [InlineData("8000000000012027", "0", "8000000005000e67", null)]
    public void A_shadow_SPTE_grants_no_more_than_the_guests_tables(string leaf, string code, string spte, string? what)
    {
        var judge = Run(Amd61, [Entry, "kvm_exit: reason EXIT_EXCP_PF rip 0x1000 info 0 12345", $"kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012345 error_code 0x{code}",
            "kvm_mmu_pagetable_walk: addr 12345 pferr 0", "kvm_mmu_paging_element: pte 10d027 level 4", "kvm_mmu_paging_element: pte 10e027 level 3", "kvm_mmu_paging_element: pte 10f027 level 2",
            $"kvm_mmu_paging_element: pte {leaf} level 1", Requested, Set(spte), Entry]).Judge;
        var finding = judge.Findings.SingleOrDefault(f => f.Id == "shadow-spte-exceeds-guest");
        Assert.Equal(what is null ? null : $"A shadow SPTE must not grant what the guest's own tables deny (first: {what}).", finding?.Sentence);
    }

    /// <summary>PAE's four top entries have neither W nor U.</summary>
    [Fact]
    public void The_top_level_of_PAE_grants_all() =>
        Assert.Empty(Run(Amd61, [Entry, "kvm_exit: reason EXIT_EXCP_PF rip 0x1000 info 0 12345", "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012345 error_code 0x0",
            "kvm_mmu_pagetable_walk: addr 12345 pferr 0", "kvm_mmu_paging_element: pte 10e001 level 3", "kvm_mmu_paging_element: pte 10f027 level 2",
            "kvm_mmu_paging_element: pte 12027 level 1", Requested, Set(Writable), Entry]).Judge.Findings);

    [Fact]
    public void A_run_of_one_moment_may_wait_for_an_invalidation_too() =>
        Assert.Equal(1, LogWith(5).Covered(0, 7, 7, 100));

    [Fact]
    public void The_end_of_time_is_no_special_time()
    {
        Assert.Equal(1, LogWith(long.MaxValue - 5).Covered(0, long.MaxValue - 3, long.MaxValue, 100));
        Assert.Equal(1, LogWith(long.MaxValue - 5).Covered(0, long.MaxValue, long.MaxValue, 100));
        Assert.Equal(0, LogWith(0).Covered(0, long.MaxValue - 3, long.MaxValue, 100));
    }

    /// <summary>Where zaps are not traced, hardware that finds nothing is right, and the last SPTE seen is gone.</summary>
    [Theory]
    [InlineData(Read, "LIVELOCK", "stale-mmu-seq")]
    [InlineData(ReadDenied, "BUG_ALREADY_GRANTED", null)]
    public void The_legacy_MMU_takes_away_untraced(string code, string verdict, string? hypothesis)
    {
        var (verdicts, judge) = Run(Amd61, [Entry, .. Npf("100000006", Requested, Set(Writable)), .. Times(8, Npf(code))]);
        Assert.Equal("EXPECTED_NOT_PRESENT " + verdict, string.Join(' ', verdicts.Split(' ').Distinct()));
        Assert.Equal(hypothesis, HypothesisRanking.Rank(Assert.Single(judge.Bugs)) is [var first, ..] ? first.Id : null);
    }

    /// <summary>L2's address is none of L1's; and where L1 runs it without nested paging, its SPTEs stand in a root of their own.</summary>
    [Theory]
    [InlineData("y", "LIVELOCK")]
    [InlineData("n", "LIVELOCK")]
    public void An_L2_fault_without_a_walk_is_not_held_against_L1s_SPTEs(string nestedPaging, string verdict)
    {
        string[] fault = Nested("0", Read);
        string[] unwalked = [.. fault.Where(l => !l.Contains("kvm_mmu_pag", StringComparison.Ordinal))];
        Expect(verdict, "stale-mmu-seq", [Changed("0", Writable),
            $"kvm_nested_vmenter: rip: 0x0000000000001000 vmcb: 0x0000000000300000 nested_rip: 0x0000000000001000 int_ctl: 0x00000000 event_inj: 0x00000000 nested_npt={nestedPaging} nested_cr3: 0x0000000000310000",
            .. Times(8, unwalked)]);
    }

    [Theory]
    [InlineData(Protected, Writable, false)]
    [InlineData(Protected, "5000e63", true)]
    [InlineData(Protected, "6000e63", false)]
    [InlineData(Protected, "0", false)]
    [InlineData(Protected, "8000000005000e67", true)]
    public void The_fast_path_takes_nothing_away(string old, string now, bool found)
    {
        var judge = Run(Amd61, [Changed("0", old), Entry, .. Npf(WriteDenied, Fast(old, now, "spurious 0 fixed 1"))]).Judge;
        Assert.Equal(found, judge.Findings.Any(f => f.Id == "fast-path-takes-away"));
    }

    /// <summary>The deletion of a memslot is traced when all CPUs have taken note of it: what waited since then and goes on after it is excused.</summary>
    [Theory]
    [InlineData(true, "RETRY_STORM")]
    [InlineData(false, "LIVELOCK")]
    public void A_memslot_deletion_traced_late(bool ends, string verdict)
    {
        string[] lines = [Changed("0", "0"), Entry, .. Times(4000, Npf(Read)[..1]), .. Times(1000, Npf(Read)), .. Times(9000, ["other: kvm_apic: apic_read APIC_ID = 0x0"]),
            "other: kvm_mmu_zap_all_fast: kvm-mmu-valid-gen 1 used_pages 5", .. ends ? Npf("100000006", Requested, Changed("0", Writable), Set(Writable)) : []];
        Assert.StartsWith(verdict, Run(Amd61, lines).Verdicts, StringComparison.Ordinal);
    }

    /// <summary>A memslot is deleted while frames of another are mapped: what waits for it is over when it is mapped itself.</summary>
    [Theory]
    [InlineData("9000", true, "RETRY_STORM")]
    [InlineData("9000", false, "LIVELOCK")]
    [InlineData("13", true, "LIVELOCK")]
    public void A_run_that_ends_of_itself_is_excused_by_what_began_before_it(string mapped, bool ends, string verdict)
    {
        string[] fault = Npf(Read);
        string[] done = [.. Npf("100000006", Requested, Changed("0", Writable), Set(Writable))];
        string[] elsewhere = ["kvm_exit: reason EXIT_NPF rip 0x2000 info 100000006 9000000", "kvm_page_fault: vcpu 0 rip 0x2000 address 0x0000000009000000 error_code 0x100000006",
            $"kvm_mmu_set_spte: gfn {mapped} spte 9000e67 (rwxu) level 1 at 5fcf000", "kvm_entry: vcpu 0 rip 0x2000"];
        // 7000 faults at 9 µs each: far beyond the reach of an unmap.
        string[] wait = [.. Times(7000, ["other: kvm_apic: apic_read APIC_ID = 0x0"])];
        var (verdicts, _) = Run(Amd61, [Changed("0", "0"), Entry, "other: " + Unmap, .. elsewhere, .. wait, .. Times(12, fault), .. ends ? done : []]);
        Assert.Equal(ends ? $"{verdict} EXPECTED_NOT_PRESENT" : verdict, string.Join(' ', verdicts.Split(' ').Skip(1).Distinct()));
    }

    /// <summary>The deletion of a memslot goes on, however many frames of others are mapped meanwhile.</summary>
    [Theory]
    [InlineData("kvm_mmu_zap_all_fast: kvm-mmu-valid-gen 1 used_pages 5", "9000", "RETRY_STORM")]
    [InlineData("kvm_mmu_zap_all_fast: kvm-mmu-valid-gen 1 used_pages 5", "13", "LIVELOCK")]
    [InlineData(Unmap, "9000", "LIVELOCK")]
    public void Frames_of_another_slot_do_not_end_a_deletion(string begun, string mapped, string verdict)
    {
        string[] elsewhere = ["kvm_exit: reason EXIT_NPF rip 0x2000 info 100000006 9000000", "kvm_page_fault: vcpu 0 rip 0x2000 address 0x0000000009000000 error_code 0x100000006",
            $"kvm_mmu_set_spte: gfn {mapped} spte 9000e67 (rwxu) level 1 at 5fcf000", "kvm_entry: vcpu 0 rip 0x2000"];
        var said = Run(Amd61, [Changed("0", "0"), Entry, "other: " + begun, .. elsewhere, "wait 50000", .. Times(12, Npf(Read))]).Verdicts;
        Assert.EndsWith(verdict, said, StringComparison.Ordinal);
    }

    private static InvalidationLog LogWith(long time)
    {
        var log = new InvalidationLog();
        log.Add(time, 1, Invalidation.Lasting);
        log.Mapped(time + 1, time + 2, gfn: 0);
        return log;
    }
}
