using System.Globalization;
using System.Text;
using KvmTraceLab.Analysis.Faults;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Tests.Replay;

/// <summary>One step of the procedure each, on traces of a few lines: AMD, Linux 6.1 SPTEs unless said otherwise.</summary>
public sealed class FaultStepTests
{
    private const string Read = "100000004", Write = "100000006", WriteDenied = "100000007", FetchDenied = "100000015", Cached = "10000000f";

    // 0x800 MMU-present, 0x400 MMU-writable, 0x200 host-writable; P 1, W 2, U 4.
    private const string Writable = "5000e67", Protected = "5000e65", Tracked = "5000a25", HostReadOnly = "5000825";

    [Fact]
    public void Nothing_was_mapped() =>
        Expect("EXPECTED_NOT_PRESENT", Fault(Write, Requested, Changed("0", Writable), Set(Writable)));

    [Fact]
    public void No_memory_there_first_time() =>
        Expect("EXPECTED_MMIO_FIRST", Fault(Write, "mark_mmio_spte: sptep:0xff gfn 12 access 7 gen 8", Emulated, Mmio));

    [Fact]
    public void No_memory_there_and_no_marker() => Expect("EXPECTED_MMIO_FIRST", Fault(Write, Emulated, Mmio));

    [Fact]
    public void A_marker_is_met() =>
        Expect("EXPECTED_MMIO_CACHED", Fault(Cached, "handle_mmio_page_fault: addr:0 gfn 12 access 6", Emulated, Mmio));

    [Fact]
    public void An_outdated_marker_is_renewed() =>
        Expect("EXPECTED_MMIO_CACHED", Fault(Cached, "mark_mmio_spte: sptep:0xff gfn 12 access 7 gen 8", Emulated, Mmio));

    [Fact]
    public void A_marker_gives_way_to_memory() =>
        Expect("EXPECTED_NOT_PRESENT", Fault(Cached, Requested, Changed("0", Writable), Set(Writable)));

    [Fact]
    public void Dirty_logging_on_the_fast_path() =>
        Expect("EXPECTED_DIRTY_LOGGING", [Changed("0", Protected), .. Fault(WriteDenied, Fast(Protected, Writable, fixedIt: true))]);

    [Fact]
    public void Dirty_logging_on_the_slow_path() =>
        Expect("EXPECTED_DIRTY_LOGGING", [Changed("0", Protected), .. Fault(WriteDenied, Requested, Changed(Protected, Writable), Set(Writable))]);

    [Fact]
    public void Copy_on_write_with_a_new_frame() =>
        Expect("EXPECTED_COW", [Changed("0", HostReadOnly), .. Fault(WriteDenied, Unmap, Requested, Changed(HostReadOnly, "6000e67"), Set("6000e67"))]);

    [Fact]
    public void Copy_on_write_is_tried_again() =>
        Expect("EXPECTED_COW EXPECTED_COW",
            [Changed("0", HostReadOnly), .. Fault(WriteDenied, Unmap), .. Fault(WriteDenied, Requested, Changed(HostReadOnly, "6000e67"), Set("6000e67"))]);

    [Fact]
    public void A_shadowed_table_is_written_by_emulation() =>
        Expect("EXPECTED_SHADOW_WP", [Changed("0", Tracked), .. Fault(WriteDenied, Emulated)]);

    [Fact]
    public void A_read_only_slot_sends_writes_to_user_space() =>
        Expect("EXPECTED_READONLY_SLOT", [Changed("0", HostReadOnly), .. Fault(WriteDenied, Emulated, "kvm_userspace_exit: reason KVM_EXIT_MMIO (6)")]);

    [Fact]
    public void A_huge_page_that_may_not_execute_is_split() =>
        Expect("EXPECTED_NX_HUGE_SPLIT",
            ["kvm_tdp_mmu_spte_changed: as id 0 gfn 0 level 2 old_spte 0 new_spte 8000000004000ee7", .. Fault(FetchDenied, Requested, Changed("0", Writable), Set(Writable))]);

    [Fact]
    public void User_space_is_asked() => Expect("EXPECTED_RETRY", Fault(Write, Requested, "kvm_userspace_exit: reason 0x27 (39)"));

    /// <summary>Rule 7: once may be a TLB that lags, twice is no accident.</summary>
    [Theory]
    [InlineData(1, "SPURIOUS_OK")]
    [InlineData(2, "BUG_ALREADY_GRANTED")]
    [InlineData(7, "BUG_ALREADY_GRANTED")]
    public void The_SPTE_allows_it_already(int times, string verdict) =>
        Expect(All(verdict, times), [Changed("0", Writable), Entry, .. Times(times, Fault(WriteDenied, Requested))]);

    /// <summary>Rule 8: the SPTE that results still denies the access, whatever was written.</summary>
    [Theory]
    [InlineData(7, "EXPECTED_SHADOW_WP")]
    [InlineData(8, "LIVELOCK_NO_PROGRESS_SPTE")]
    public void The_SPTE_that_results_denies_it_still(int times, string verdict) =>
        Expect(All(verdict, times), [Changed("0", Tracked), .. Times(times, Fault(WriteDenied, Fast(Tracked, Tracked, fixedIt: false), Requested, Set(Tracked)))]);

    /// <summary>Accessed and dirty bits come and go without meaning progress.</summary>
    [Fact]
    public void A_rewrite_of_accessed_bits_is_no_progress() =>
        Expect(All("LIVELOCK_NO_PROGRESS_SPTE", 8), [Changed("0", Tracked), .. Times(4, [.. Fault(WriteDenied, Changed(Tracked, "5000a05"), Set("5000a05")), .. Fault(WriteDenied, Changed("5000a05", Tracked), Set(Tracked))])]);

    [Fact]
    public void The_SPTE_denies_it_until_it_does_not() =>
        Expect(All("EXPECTED_SHADOW_WP", 7) + " EXPECTED_SHADOW_WP",
            [Changed("0", Tracked), .. Times(7, Fault(WriteDenied, Requested, Set(Tracked))), .. Fault(WriteDenied, Requested, Changed(Tracked, Writable), Set(Writable))]);

    [Theory]
    [InlineData(7, false, "EXPECTED_NOT_PRESENT")]
    [InlineData(8, false, "LIVELOCK")]
    [InlineData(40, false, "LIVELOCK")]
    [InlineData(40, true, "RETRY_STORM")]
    public void Nothing_is_done_about_it(int times, bool invalidated, string verdict) =>
        Expect(All(verdict, times), [Changed("0", "0"), .. invalidated ? (string[])["other: " + Unmap] : [], .. Times(times, Fault(Read, Requested))]);

    /// <summary>One unmap at the head of a long run does not acquit it.</summary>
    [Fact]
    public void An_invalidation_covers_so_many_faults_and_no_more() =>
        Expect(All("LIVELOCK", 5000), [Changed("0", "0"), "other: " + Unmap, .. Times(5000, Fault(Read, Requested))]);

    /// <summary>The thread's own unmaps are part of its handling, no invalidation it could wait for.</summary>
    [Fact]
    public void Another_thread_must_invalidate() =>
        Expect(All("LIVELOCK", 40), [Changed("0", "0"), Unmap, .. Times(40, Fault(Read, Requested))]);

    [Fact]
    public void Another_CPU_granted_it_meanwhile() =>
        Expect("RACE", [Changed("0", Protected), Entry, "other: " + Changed(Protected, Writable), .. Fault(WriteDenied, Requested)]);

    [Fact]
    public void Without_kvmmmu_events_nobody_can_tell() => Expect(All("UNDECIDABLE", 9), Times(9, Fault(WriteDenied)), mmu: false);

    /// <summary>No exit before it, no vendor known: bit 7 is set in most qualifications and in no NPF code.</summary>
    [Theory]
    [InlineData(0x182, false)]
    [InlineData(0x6, true)]
    [InlineData(0x1_0000_0006, true)]
    public void A_code_without_an_exit_is_told_by_itself(ulong code, bool npt)
    {
        var lane = new LaneFaults(new KvmTraceLab.Replay.VcpuLane(1, 0));
        Assert.Equal(npt ? FaultMode.Npt : FaultMode.Ept, FaultModes.Of(lane, code, new ReplayConfig(new ReplayOptions(), null)));
    }

    [Fact]
    public void Lost_events_end_a_run_and_all_knowledge() =>
        Expect(All("EXPECTED_SHADOW_WP", 6) + " " + All("EXPECTED_RETRY", 6),
            [Changed("0", Tracked), .. Times(6, Fault(WriteDenied, Requested)), "lost", .. Times(6, Fault(WriteDenied))]);

    /// <summary>
    /// The marker comes at the end of what the other CPU lost, after the run is over. An unmap may be among it, if the CPU
    /// was not seen since the run.
    /// </summary>
    [Theory]
    [InlineData(false, "UNDECIDABLE")]
    [InlineData(true, "LIVELOCK")]
    public void What_another_CPU_lost_meanwhile_is_known_later(bool seenSince, string verdict) =>
        Expect(All(verdict, 40) + " EXPECTED_NOT_PRESENT",
            [Elsewhere, "kvm_exit: reason EXIT_HLT rip 0x4000 info 0 0", Entry, .. Times(40, Fault(Read, Requested)), .. Fault(Read, Requested, Changed("0", Writable), Set(Writable)), .. seenSince ? (string[])[Elsewhere] : [], "lost 1", Elsewhere]);

    [Fact]
    public void What_another_CPU_lost_may_have_taken_the_SPTE_away() =>
        Expect(All("UNDECIDABLE", 4), [Elsewhere, Changed("0", Writable), Entry, .. Times(4, Fault(WriteDenied, Requested)), "lost 1", Elsewhere]);

    /// <summary>KVM itself was seen to write what denies the access: nothing that is missing explains that.</summary>
    [Fact]
    public void What_KVM_was_seen_to_write_stands_whatever_is_lost() =>
        Expect(All("LIVELOCK_NO_PROGRESS_SPTE", 9), [Elsewhere, Changed("0", Tracked), .. Times(9, Fault(WriteDenied, Requested, Set(Tracked))), "lost 1", Elsewhere]);

    /// <summary>An unmap among the lost events may go on after them, as long as one that is seen: not for ever, nor once a fault is mapped.</summary>
    [Theory]
    [InlineData(40, false, "UNDECIDABLE")]
    [InlineData(5000, false, "LIVELOCK")]
    [InlineData(40, true, "UNDECIDABLE")]
    [InlineData(5000, true, "LIVELOCK")]
    public void A_lost_unmap_may_go_on(int times, bool sameCpu, string verdict) =>
        Expect(All(verdict, times), [Elsewhere, sameCpu ? "lost" : "lost 1", Elsewhere, .. Times(times, Fault(Read, Requested))]);

    [Fact]
    public void A_handling_that_began_long_before_the_unmap_counts_from_its_end() =>
        Expect(All("RETRY_STORM", 9), [.. Fault(Read, [.. Times(60, [Requested]), "other: " + Unmap, Requested]), .. Times(8, Fault(Read, Requested))]);

    [Theory]
    [InlineData(0x180, "SUSPECT_INCONSISTENT_QUAL")]
    [InlineData(0x192, "SUSPECT_INCONSISTENT_QUAL")]
    [InlineData(0x19a, "EXPECTED_RETRY")]
    public void A_qualification_that_no_access_has(ulong code, string verdict)
    {
        var text = code.ToString("x", CultureInfo.InvariantCulture);
        Expect(verdict, ["kvm_tdp_mmu_spte_changed: as id 0 gfn 99 level 1 old_spte 0 new_spte 80000000050009b7",
            $"kvm_exit: reason EPT_VIOLATION rip 0x1000 info {text} 0", $"kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x{text}", Entry]);
    }

    private const string Entry = "kvm_entry:  vcpu 0 rip 0x1000";
    private const string Emulated = "kvm_emulate_insn: 0:1000: c7 00 ff 01 00 00";
    private const string Mmio = "kvm_mmio: mmio write len 4 gpa 0x12000 val 0x1ff";
    private const string Requested = "kvm_mmu_spte_requested: gfn 12 pfn 5000 level 1";
    private const string Elsewhere = "other: kvm_tdp_mmu_spte_changed: as id 0 gfn 99 level 1 old_spte 0 new_spte 0";
    private const string Unmap = "kvm_unmap_hva_range: mmu notifier unmap range: 0x007fc38ea00000 -- 0x007fc38eb3a000";

    private static string Set(string spte) => $"kvm_mmu_set_spte: gfn 12 spte {spte} (rwxu) level 1 at 5fcf000";

    private static string Changed(string old, string now) => $"kvm_tdp_mmu_spte_changed: as id 0 gfn 12 level 1 old_spte {old} new_spte {now}";

    private static string Fast(string old, string now, bool fixedIt) =>
        $"fast_page_fault: vcpu 0 gva 12000 error_code P|W|U sptep 0xff11000005fc8000 old 0x{old} new {now} spurious 0 fixed {(fixedIt ? 1 : 0)}";

    private static string[] Fault(string code, params string[] handling) =>
    [
        $"kvm_exit: reason EXIT_NPF rip 0x1000 info {code} 12000",
        $"kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x{code}",
        .. handling,
        Entry,
    ];

    private static string[] Times(int times, string[] lines) => [.. Enumerable.Repeat(lines, times).SelectMany(l => l)];

    private static string All(string verdict, int times) => string.Join(' ', Enumerable.Repeat(verdict, times));

    private static void Expect(string verdicts, string[] lines, bool mmu = true)
    {
        var text = new StringBuilder("cpus=2\n");
        var time = 0;
        if (mmu) lines = ["kvm_tdp_mmu_spte_changed: as id 0 gfn 77 level 1 old_spte 0 new_spte 0", .. lines];
        foreach (var line in lines)
        {
            time += 3;
            var other = line.StartsWith("other: ", StringComparison.Ordinal);
            if (line.StartsWith("lost", StringComparison.Ordinal)) text.Append(line == "lost" ? "CPU:0 [LOST 3 EVENTS]\n" : "CPU:1 [LOST 3 EVENTS]\n");
            else text.Append(CultureInfo.InvariantCulture, $"  {(other ? "worker-2002 [001]" : "CPU 0/KVM-1001 [000]")}     1.{time:000000}: {(other ? line[7..] : line)}\n");
        }

        var each = new List<string>();
        using var trace = Trace.Open(TraceInput.FromBytes(Encoding.UTF8.GetBytes(text.ToString())), new TraceOptions { Threads = 1 });
        ReplayRunner.Run(trace, new ReplayOptions { Each = record => each.Add(record.Verdict.Name()) });
        Assert.Equal(verdicts, string.Join(' ', each));
    }
}
