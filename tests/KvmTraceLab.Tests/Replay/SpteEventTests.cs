using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;
using static KvmTraceLab.Tests.Replay.FaultTrace;

namespace KvmTraceLab.Tests.Replay;

/// <summary>SPTEs as they are written: the findings, and what the faults after them are judged by.</summary>
public sealed class SpteEventTests
{
    private const string Read = "100000004", WriteDenied = "100000007";

    // AMD, Linux 6.1: 0x800 MMU-present, 0x400 MMU-writable, 0x200 host-writable, 0x80 large; P 1, W 2, U 4.
    private const string Writable = "5000e67", Protected = "5000e65";

    private static readonly ReplayOptions Amd61 = new() { Intel = false, Kernel = KvmKernel.V61 };
    private static readonly ReplayOptions Intel72 = new() { Intel = true, Kernel = KvmKernel.V72 };

    /// <summary>Findings as <c>id×count gfns</c>.</summary>
    private static string Findings(FaultJudge judge) =>
        string.Join("; ", judge.Findings.Select(f => $"{f.Id}×{f.Count} {string.Join(',', f.Gfns.Select(g => g.ToString("x")))}"));

    private static string FindingsOf(ReplayOptions options, params string[] lines) => Findings(Run(options, lines).Judge);

    [Theory]
    [InlineData(Writable, 1, "")]
    [InlineData("5000a67", 1, "w-without-mmu-writable×1 12")]
    [InlineData("5000c67", 1, "w-without-host-writable×1 12")]
    [InlineData("5000c65", 1, "w-without-host-writable×1 12")]
    [InlineData("5000867", 1, "w-without-mmu-writable×1 12; w-without-host-writable×1 12")]
    [InlineData("5000ee7", 1, "pse-at-level-1×1 12")]
    [InlineData("5000ee7", 2, "")]
    [InlineData("5000867", 2, "")]
    [InlineData("5000067", 1, "")]
    public void Findings_of_an_NPT_leaf(string spte, int level, string findings) => Assert.Equal(findings, FindingsOf(Amd61, Entry, Set(spte, level)));

    // 7.2: 0x80… bit 63, MMU-writable 0x80…, host-writable 0x20… in the second byte, XU 0x400, XS 4, memory type 0x30, A 0x100.
    [Theory]
    [InlineData("80a0000005000f37", "")]
    [InlineData("80a0000005000b37", "xs-xu-apart×1 12")]
    [InlineData("80a0000005000f33", "xs-xu-apart×1 12")]
    [InlineData("80a0000005000f36", "w-without-r×1 12")]
    [InlineData("00a0000005000f37", "suppress-ve-clear×1 12")]
    [InlineData("90a0000005000830", "")]
    [InlineData("8020000005000f37", "w-without-mmu-writable×1 12")]
    [InlineData("8080000005000f35", "w-without-host-writable×1 12")]
    [InlineData("80000000000001a0", "")]
    public void Findings_of_an_EPT_leaf(string spte, string findings) => Assert.Equal(findings, FindingsOf(Intel72, Entry, Set(spte)));

    [Fact]
    public void A_finding_keeps_the_first_SPTE_and_every_frame_once()
    {
        var judge = Run(Amd61, Entry, Set("5000a67"), Set("6000a67"), Set("5000a67", gfn: "13")).Judge;
        var finding = Assert.Single(judge.Findings);
        Assert.Equal((3L, 2, 0x5000a67UL, 1_000_006_000L), (finding.Count, finding.DistinctGfns, finding.Spte, finding.FirstNs));
        Assert.Equal([0x12UL, 0x13UL], finding.Gfns);
        Assert.Equal("A writable SPTE must be MMU-writable: check_spte_writable_invariants().", finding.Sentence);
        Assert.NotNull(finding.Evidence);
    }

    [Fact]
    public void The_first_32_frames_are_named()
    {
        var judge = Run(Amd61, [Entry, .. Enumerable.Range(0x100, 40).Select(g => Set("5000a67", gfn: g.ToString("x")))]).Judge;
        var finding = Assert.Single(judge.Findings);
        Assert.Equal((40L, 40, 32, 0x11fUL), (finding.Count, finding.DistinctGfns, finding.Gfns.Count, finding.Gfns[^1]));
    }

    /// <summary>A large mapping holds the frame asked for, rounded down.</summary>
    [Theory]
    [InlineData("5000", "5000e67", 1, "12", "")]
    [InlineData("5001", "5000e67", 1, "12", "wrong-pfn×1 12")]
    [InlineData("5012", "5000ee7", 2, "0", "")]
    [InlineData("51ff", "5000ee7", 2, "0", "")]
    [InlineData("5212", "5000ee7", 2, "0", "wrong-pfn×1 0")]
    [InlineData("5001", "0", 1, "12", "")]
    [InlineData("5001", "5000e67", 1, "13", "")]
    [InlineData("5001", "5000e67", 6, "12", "")]
    public void The_frame_must_be_the_one_asked_for(string pfn, string spte, int level, string gfn, string findings)
    {
        Assert.Equal(findings, FindingsOf(Amd61, [Entry, .. Npf(Read, $"kvm_mmu_spte_requested: gfn 12 pfn {pfn} level {level}", Set(spte, level, gfn))]));
        Assert.Equal("", FindingsOf(Amd61, [Entry, .. Npf(Read, Set(spte, level, gfn))]));
    }

    [Fact]
    public void The_sentence_of_a_wrong_frame_has_both() =>
        Assert.Contains("(first: 0x5000 instead of 0x5001)", Run(Amd61, [Entry, .. Npf(Read, "kvm_mmu_spte_requested: gfn 12 pfn 5001 level 1", Set(Writable))]).Judge.Findings[0].Sentence, StringComparison.Ordinal);

    /// <summary>Invariant 2, EPT: W, XS and, with MBEC, XU of every entry of the walk must stand behind those of the SPTE.</summary>
    [Theory]
    [InlineData("407", "437", "80a0000005000f37", true, "")]
    [InlineData("407", "435", "80a0000005000f37", true, "W")]
    [InlineData("405", "437", "80a0000005000f37", true, "W")]
    [InlineData("407", "433", "80a0000005000f37", true, "XS")]
    [InlineData("407", "37", "80a0000005000f37", true, "XU")]
    [InlineData("7", "437", "80a0000005000f37", true, "XU")]
    [InlineData("407", "37", "80a0000005000f37", false, "")]
    [InlineData("407", "37", "80a0000005000b37", true, "")]
    [InlineData("407", "433", "80a0000005000f33", true, "")]
    [InlineData("407", "435", "80a0000005000f35", true, "")]
    [InlineData("407", "435", "90a0000005000830", true, "")]
    public void An_L2_SPTE_grants_no_more_than_EPT12(string upper, string leaf, string spte, bool mbec, string what)
    {
        var judge = Run(Intel72, [
            $"kvm_mmu_get_page: [FAILED TO PARSE] mmu_valid_gen=0 gfn=0 role={(mbec ? 0x130f04 : 0x30f04)} root_count=0 unsync=0 created=1",
            "kvm_exit: reason EPT_VIOLATION rip 0x1000 info 181 0",
            "kvm_nested_vmexit: vcpu 0 reason EPT_VIOLATION rip 0x1000 info1 0x0000000000000181 info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000",
            "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x181",
            "kvm_mmu_pagetable_walk: addr 12000 pferr 4", $"kvm_mmu_paging_element: pte 10d{upper.PadLeft(3, '0')} level 4", "kvm_mmu_paging_element: pte 10e407 level 3",
            "kvm_mmu_paging_element: pte 10f407 level 2", $"kvm_mmu_paging_element: pte 12{leaf.PadLeft(3, '0')} level 1", Requested, Set(spte), Entry]).Judge;
        var findings = judge.Findings.Where(f => f.Id == "l2-spte-exceeds-l1").ToList();
        if (what.Length == 0) Assert.Empty(findings);
        else Assert.Equal($"An L2 SPTE must not grant what L1's nested tables deny (first: {what}).", Assert.Single(findings).Sentence);
        Assert.DoesNotContain(judge.Findings, f => f.Id == "xs-xu-apart");
    }

    /// <summary>Invariant 2, NPT: W by AND, NX by OR.</summary>
    [Theory]
    [InlineData("10d027", "12067", Writable, null)]
    [InlineData("10d025", "12067", Writable, "W")]
    [InlineData("10d027", "12065", Writable, "W")]
    [InlineData("10d027", "8000000000012067", Writable, "execute")]
    [InlineData("800000000010d027", "12067", Writable, "execute")]
    [InlineData("10d027", "8000000000012067", "8000000005000e67", null)]
    [InlineData("10d027", "12065", Protected, null)]
    [InlineData("10d027", "12065", "0", null)]
    public void An_L2_SPTE_grants_no_more_than_NPT12(string upper, string leaf, string spte, string? what)
    {
        var (verdicts, judge) = Run(Amd61, [.. L2Npf(upper, leaf, Requested, Set(spte))]);
        if (what is null) Assert.Empty(judge.Findings);
        else Assert.Equal($"An L2 SPTE must not grant what L1's nested tables deny (first: {what}).", Assert.Single(judge.Findings).Sentence);
        Assert.Equal(what is null ? "EXPECTED_NOT_PRESENT" : "BUG_SWALLOWED_L1_VIOLATION", verdicts);
    }

    /// <summary>The L2 SPTE written last is what the next fault met, by L1's root and both frames; a sync ends that knowledge.</summary>
    [Theory]
    [InlineData("10d027", "", "BUG_ALREADY_GRANTED")]
    [InlineData("20d027", "", "EXPECTED_RETRY")]
    [InlineData("10d027", "kvm_mmu_sync_page: sp gen 0 gfn 1 l1 8-byte q0 wux nxe ad root 0 sync", "EXPECTED_RETRY")]
    [InlineData("10d027", "lost", "EXPECTED_RETRY")]
    [InlineData("10d027", "other: kvm_mmu_prepare_zap_page: sp gen 0 gfn 1 l1 8-byte q0 wux nxe ad root 0 sync", "EXPECTED_RETRY")]
    [InlineData("10d027", "other: kvm_unmap_hva_range: mmu notifier unmap range: 0x007fc38ea00000 -- 0x007fc38eb3a000", "EXPECTED_RETRY")]
    public void L2_SPTEs_are_known_by_root_and_frame(string upper, string between, string verdict)
    {
        string[] first = [.. L2Npf("10d027", "12067", Requested, Set(Writable))];
        var (verdicts, _) = Run(Amd61, [.. first, .. between.Length > 0 ? [between] : Array.Empty<string>(), .. Times(2, [.. L2Npf(upper, "12067", Requested).Select(l => l.Replace("100000004", "100000005", StringComparison.Ordinal))])]);
        Assert.Equal($"EXPECTED_NOT_PRESENT {verdict} {verdict}", verdicts);
    }

    /// <summary>Without the TDP MMU every SPTE comes from kvm_mmu_set_spte, and what is zapped is not told.</summary>
    [Theory]
    [InlineData(null, "BUG_ALREADY_GRANTED")]
    [InlineData("other: kvm_mmu_prepare_zap_page: sp gen 0 gfn 1 l1 8-byte q0 direct wux nxe ad root 0 sync", "EXPECTED_RETRY")]
    [InlineData("other: kvm_unmap_hva_range: mmu notifier unmap range: 0x007fc38ea00000 -- 0x007fc38eb3a000", "EXPECTED_RETRY")]
    [InlineData("kvm_mmu_zap_all_fast: kvm-mmu-valid-gen 1 used_pages 5", "EXPECTED_RETRY")]
    [InlineData("lost", "EXPECTED_RETRY")]
    [InlineData("kvm_mmu_sync_page: sp gen 0 gfn 1 l1 8-byte q0 wux nxe ad root 0 sync", "BUG_ALREADY_GRANTED")]
    public void What_the_legacy_MMU_wrote_is_known_until_something_goes(string? between, string verdict)
    {
        var (verdicts, _) = Run(Amd61, [Entry, .. Npf("100000006", Requested, Set(Writable)), .. between is null ? [] : new[] { between }, Entry, .. Times(2, Npf("100000005", Requested))]);
        Assert.Equal($"EXPECTED_NOT_PRESENT {verdict} {verdict}", verdicts);
    }

    /// <summary>The TDP MMU traces its zaps: a notifier alone ends no knowledge.</summary>
    [Theory]
    [InlineData("other: kvm_mmu_prepare_zap_page: sp gen 0 gfn 1 l1 8-byte q0 direct wux nxe ad root 0 sync", "BUG_ALREADY_GRANTED")]
    [InlineData("other: kvm_tdp_mmu_spte_changed: as id 0 gfn 12 level 1 old_spte 5000e67 new_spte 0", "EXPECTED_RETRY")]
    [InlineData("other: kvm_tdp_mmu_spte_changed: as id 1 gfn 99 level 1 old_spte 0 new_spte 5000e67", "EXPECTED_RETRY")]
    public void What_the_TDP_MMU_wrote_is_known_until_it_is_zapped(string between, string verdict) =>
        Assert.Equal($"{verdict} {verdict}", Run(Amd61, [Changed("0", Writable), between, Entry, .. Times(2, Npf(WriteDenied, Requested))]).Verdicts);

    /// <summary>What may excuse eight tries at nothing: what another thread takes away shortly before, a memslot also after.</summary>
    [Theory]
    [InlineData("", "", "LIVELOCK")]
    [InlineData("other: kvm_tdp_mmu_spte_changed: as id 0 gfn 99 level 1 old_spte 5000e67 new_spte 0", "", "RETRY_STORM")]
    [InlineData("other: kvm_tdp_mmu_spte_changed: as id 0 gfn 99 level 1 old_spte 0 new_spte 0", "", "LIVELOCK")]
    [InlineData("other: kvm_tdp_mmu_spte_changed: as id 0 gfn 99 level 1 old_spte 5000e67 new_spte 5000e65", "", "LIVELOCK")]
    [InlineData("other: kvm_mmu_prepare_zap_page: sp gen 0 gfn 1 l1 8-byte q0 direct wux nxe ad root 0 sync", "", "RETRY_STORM")]
    [InlineData("other: kvm_set_spte_hva: mmu notifier set pte hva: 0x007fc38ea00000", "", "RETRY_STORM")]
    [InlineData("other: kvm_mmu_zap_all_fast: kvm-mmu-valid-gen 1 used_pages 5", "", "RETRY_STORM")]
    [InlineData("", "other: kvm_mmu_zap_all_fast: kvm-mmu-valid-gen 1 used_pages 5", "RETRY_STORM")]
    [InlineData("", "other: kvm_unmap_hva_range: mmu notifier unmap range: 0x007fc38ea00000 -- 0x007fc38eb3a000", "LIVELOCK")]
    public void Who_invalidates(string before, string after, string verdict)
    {
        var (verdicts, _) = Run(Amd61, [Changed("0", "0"), .. Lines(before), Entry, .. Times(8, Npf(Read, Requested)), .. Lines(after)]);
        Assert.Equal(string.Join(' ', Enumerable.Repeat(verdict, 8)), verdicts);

        static string[] Lines(string line) => line.Length == 0 ? [] : [line];
    }

    /// <summary>Software bits tell the generation, on leaves of L1's: bit 7 makes one above level 1.</summary>
    [Theory]
    [InlineData("kvm_mmu_set_spte: gfn 12 spte 80a0000005000f37 (rwxu) level 1 at 5fcf000", true)]
    [InlineData("kvm_mmu_set_spte: gfn 0 spte 80a0000004000fb7 (rwxu) level 2 at 5fcf000", true)]
    [InlineData("kvm_mmu_set_spte: gfn 0 spte 80a0000004000f37 (rwxu) level 2 at 5fcf000", false)]
    [InlineData("kvm_tdp_mmu_spte_changed: as id 0 gfn 12 level 1 old_spte 0 new_spte 80a0000005000f37", true)]
    [InlineData("kvm_tdp_mmu_spte_changed: as id 0 gfn 0 level 2 old_spte 0 new_spte 80a0000004000fb7", true)]
    [InlineData("kvm_tdp_mmu_spte_changed: as id 0 gfn 0 level 2 old_spte 0 new_spte 80a0000004000f37", false)]
    [InlineData("kvm_tdp_mmu_spte_changed: as id 0 gfn 12 level 1 old_spte 80a0000005000f37 new_spte 0", true)]
    [InlineData("kvm_tdp_mmu_spte_changed: as id 0 gfn 0 level 2 old_spte 80a0000004000fb7 new_spte 0", true)]
    [InlineData("kvm_tdp_mmu_spte_changed: as id 0 gfn 0 level 2 old_spte 80a0000004000f37 new_spte 0", false)]
    public void A_leaf_tells_the_generation(string line, bool known)
    {
        var config = Run(new ReplayOptions { Intel = true }, Entry, line).Judge.Config;
        Assert.Equal((known, known ? KvmKernel.V72 : KvmKernel.V61), (config.KernelKnown, config.Kernel));
    }

    /// <summary>L2's SPTEs follow L1's tables, so they tell nothing of KVM's own: in an L2 fault by its exit, or by a walk before the mapping.</summary>
    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public void An_SPTE_of_L2_is_told_by_exit_or_walk(bool nestedExit, bool walkFirst, bool isL1)
    {
        const string Apart = "80a0000005000b37";
        string[] walk = [.. EptWalk("437")];
        string[] handling = walkFirst ? [.. walk, Requested, Set(Apart)] : [.. walk, Set(Apart)];
        var judge = Run(new ReplayOptions { Intel = true }, [.. Ept("181", nestedExit, handling)]).Judge;
        Assert.Equal(isL1, judge.Config.KernelKnown);
        judge = Run(Intel72, [.. Ept("181", nestedExit, handling)]).Judge;
        Assert.Equal(isL1 ? "xs-xu-apart×1 12" : "", Findings(judge));
    }

    /// <summary>Rule 3.1 is L1's: an L2 fault without a walk, or an SPTE between faults of a vCPU that runs L2, may be either's.</summary>
    [Fact]
    public void XS_and_XU_apart_where_it_may_be_L2s()
    {
        const string Apart = "80a0000005000b37";
        Assert.Equal("xs-xu-apart×1 12", FindingsOf(Intel72, Ept("181", nestedExit: false, Requested, Set(Apart))));
        Assert.Equal("", FindingsOf(Intel72, Ept("181", nestedExit: true, Requested, Set(Apart))));
        Assert.Equal("xs-xu-apart×1 12", FindingsOf(Intel72, [.. Ept("181", nestedExit: true, Requested), .. Ept("181", nestedExit: false, Requested, Set(Apart))]));
        Assert.Equal("", FindingsOf(Intel72, [.. Ept("181", nestedExit: true, Requested), Set(Apart)]));
        Assert.Equal("xs-xu-apart×1 12", FindingsOf(Intel72, [.. Ept("181", nestedExit: false, Requested), Set(Apart)]));
    }

    /// <summary>The processor's A/D flags are off where an access-tracked SPTE is written.</summary>
    [Theory]
    [InlineData("90a0000005000830", false)]
    [InlineData("80a0000005000f37", null)]
    [InlineData("90a0000005000c37", null)]
    public void An_access_tracked_SPTE(string spte, bool? accessedDirty) => Assert.Equal(accessedDirty, Run(Intel72, Entry, Set(spte)).Judge.Config.EptAccessedDirty);

    /// <summary>A walk that did not reach a leaf has nothing that the SPTE could exceed; a guest's own, under shadow paging, is no L1's.</summary>
    [Fact]
    public void What_was_not_walked_to_its_end_is_not_compared()
    {
        var fault = L2Npf("10d025", "12067", Requested, Set(Writable));
        Assert.Equal("l2-spte-exceeds-l1×1 12", FindingsOf(Amd61, fault));
        Assert.Equal("", FindingsOf(Amd61, [.. fault.Where(l => !l.EndsWith("level 1", StringComparison.Ordinal) || !l.StartsWith("kvm_mmu_paging", StringComparison.Ordinal))]));
        Assert.Equal("", FindingsOf(Amd61, [.. fault.Where(l => !l.StartsWith("kvm_mmu_paging", StringComparison.Ordinal))]));
        Assert.Equal("shadow-spte-exceeds-guest×1 12", FindingsOf(Amd61,
        [
            "kvm_exit: reason EXIT_EXCP_PF rip 0x1000 info 4 12000", "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x4",
            "kvm_mmu_pagetable_walk: addr 12000 pferr 4", "kvm_mmu_paging_element: pte 12065 level 1", Requested, Set(Writable), Entry,
        ]));
    }

    /// <summary>An unmap by the host is over when a fault that began after it is mapped: not by an SPTE between faults, nor by one that maps nothing.</summary>
    [Theory]
    [InlineData("fault", Writable, "LIVELOCK")]
    [InlineData("fault", "0", "RETRY_STORM")]
    [InlineData("between", Writable, "RETRY_STORM")]
    public void A_fault_that_is_mapped_ends_an_unmap(string where, string spte, string verdict)
    {
        string[] mapped = where == "fault" ? Npf("100000006", Set(spte, gfn: "13")) : [Set(spte, gfn: "13")];
        var said = Run(Amd61, [Changed("0", "0"), "other: kvm_unmap_hva_range: mmu notifier unmap range: 0x007fc38ea00000 -- 0x007fc38eb3a000", "wait 10", .. mapped, "wait 50000",
            .. Times(8, Npf(Read, Requested))]).Verdicts;
        Assert.EndsWith(All(verdict, 8), said, StringComparison.Ordinal);
    }

    /// <summary>kvm_tdp_mmu_spte_changed alone tells what became of a fault: a leaf of the frame, at any level, that is not a zap.</summary>
    [Theory]
    [InlineData("gfn 12 level 1 old_spte 0 new_spte 5000e67", "EXPECTED_NOT_PRESENT", 1)]
    [InlineData("gfn 0 level 2 old_spte 0 new_spte 4000ee7", "EXPECTED_NOT_PRESENT", 1)]
    [InlineData("gfn 13 level 1 old_spte 0 new_spte 5000e67", "LIVELOCK")]
    [InlineData("gfn 200 level 2 old_spte 0 new_spte 4000ee7", "LIVELOCK")]
    [InlineData("gfn 0 level 2 old_spte 0 new_spte 6000827", "LIVELOCK")]
    [InlineData("gfn 12 level 1 old_spte 0 new_spte 0", "LIVELOCK")]
    [InlineData("gfn 12 level 1 old_spte 0 new_spte 5000e65", "LIVELOCK_NO_PROGRESS_SPTE")]
    public void The_TDP_MMU_tells_what_became_of_it(string change, string verdict, int times = 8) =>
        Assert.Equal(All(verdict, times), Run(Amd61, Times(times, Npf("100000006", Requested, $"kvm_tdp_mmu_spte_changed: as id 0 {change}"))).Verdicts);

    /// <summary>An SPTE that is taken away within the fault is not the one that results.</summary>
    [Fact]
    public void A_zap_within_the_fault() =>
        Assert.Equal(All("EXPECTED_DIRTY_LOGGING", 2), Run(Amd61, Times(2, [Changed("0", Writable), .. Npf(WriteDenied, Changed(Writable, "0"))])).Verdicts);

    /// <summary>L1's own mapping of the frame is none of an L2 fault's, once its walk was seen.</summary>
    [Fact]
    public void The_TDP_MMU_maps_L1s_frame_in_an_L2_fault()
    {
        string[] changed = ["kvm_tdp_mmu_spte_changed: as id 0 gfn 12 level 1 old_spte 0 new_spte 5000e67"];
        Assert.Equal(All("LIVELOCK", 8), Run(Amd61, Times(8, L2Npf("10d027", "12067", [Requested, .. changed]))).Verdicts);
        Assert.Equal(All("EXPECTED_NOT_PRESENT", 8), Run(Amd61, Times(8, [.. L2Npf("10d027", "12067", [Requested, .. changed]).Where(l => !l.StartsWith("kvm_mmu_pag", StringComparison.Ordinal))])).Verdicts);
    }

    /// <summary>Between faults of a vCPU that runs L2 an SPTE may be L1's or L2's: what was known of the frame is unknown then. The TDP MMU tells L1's itself.</summary>
    [Theory]
    [InlineData(false, false, "BUG_ALREADY_GRANTED")]
    [InlineData(true, false, "EXPECTED_RETRY")]
    [InlineData(true, true, "BUG_ALREADY_GRANTED")]
    public void An_SPTE_between_faults(bool nested, bool tdp, string verdict)
    {
        string[] known = tdp ? [Changed("0", Writable)] : Npf("100000006", Requested, Set(Writable));
        string[] l2 = nested ? L2Npf("10d027", "13067", Requested, Set(Writable, gfn: "13")) : [];
        var said = Run(Amd61, [Entry, .. known, .. l2, Set(Writable), Entry, .. Times(2, Npf("100000005", Requested))]).Verdicts;
        Assert.EndsWith($"{verdict} {verdict}", said, StringComparison.Ordinal);
    }

    /// <summary>With the TDP MMU kvm_mmu_set_spte is no witness of L1's SPTEs, in no fault and between none.</summary>
    [Fact]
    public void With_the_TDP_MMU_set_spte_alone_makes_nothing_known() =>
        Assert.Equal(All("EXPECTED_RETRY", 2), Run(Amd61, [Changed("0", "0"), Entry, Set(Writable), Entry, .. Times(2, Npf(WriteDenied, Requested))]).Verdicts);

    /// <summary>What an L2 fault sets is no knowledge of L1's frame.</summary>
    [Fact]
    public void An_SPTE_of_L2_is_not_L1s() =>
        Assert.Equal("EXPECTED_NOT_PRESENT " + All("EXPECTED_RETRY", 2), Run(Amd61, [.. L2Npf("10d027", "12067", Requested, Set(Writable)), Entry, .. Times(2, Npf(WriteDenied, Requested))]).Verdicts);

    private static IEnumerable<string> EptWalk(string leaf) =>
    [
        "kvm_mmu_pagetable_walk: addr 12000 pferr 4", "kvm_mmu_paging_element: pte 10d407 level 4", "kvm_mmu_paging_element: pte 10e407 level 3",
        "kvm_mmu_paging_element: pte 10f407 level 2", $"kvm_mmu_paging_element: pte 12{leaf.PadLeft(3, '0')} level 1",
    ];

    private static string[] Ept(string code, bool nestedExit, params string[] handling) =>
    [
        $"kvm_exit: reason EPT_VIOLATION rip 0x1000 info {code} 0",
        .. nestedExit ? (string[])[$"kvm_nested_vmexit: vcpu 0 reason EPT_VIOLATION rip 0x1000 info1 0x{code.PadLeft(16, '0')} info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000"] : [],
        $"kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x{code}", .. handling, Entry,
    ];

    private static string[] L2Npf(string upper, string leaf, params string[] handling) =>
    [
        "kvm_exit: reason EXIT_NPF rip 0x1000 info 100000004 12000",
        "kvm_nested_vmexit: vcpu 0 reason npf rip 0x1000 info1 0x0000000100000004 info2 0x0000000000012000 intr_info 0x00000000 error_code 0x00000000",
        "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x100000004",
        "kvm_mmu_pagetable_walk: addr 12000 pferr 4",
        $"kvm_mmu_paging_element: pte {upper} level 4",
        "kvm_mmu_paging_element: pte 10e027 level 3",
        "kvm_mmu_paging_element: pte 10f027 level 2",
        $"kvm_mmu_paging_element: pte {leaf} level 1",
        .. handling,
        Entry,
    ];
}
