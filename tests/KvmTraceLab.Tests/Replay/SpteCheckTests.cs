using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Parser.Events.KvmMmu;
using KvmTraceLab.Replay.Faults;
using KvmTraceLab.Tests.Parser.Events;
using static KvmTraceLab.Tests.Replay.FaultTrace;

namespace KvmTraceLab.Tests.Replay;

/// <summary>Checks of SPTEs that need more than the SPTE: the guest's own tables, the SPTE before it, other huge pages, shadow pages. AMD, Linux 6.1 unless said otherwise.</summary>
public sealed class SpteCheckTests
{
    private const string Write = "100000006", WriteDenied = "100000007", Writable = "5000e67", Protected = "5000e65";

    private static readonly ReplayOptions Amd61 = new() { Intel = false, Kernel = KvmKernel.V61 };

    private static string FindingsOf(params string[] lines) => string.Join("; ", Run(Amd61, lines).Judge.Findings.Select(f => $"{f.Id}×{f.Count} {string.Join(',', f.Gfns.Select(g => g.ToString("x")))}"));

    /// <summary>Shadow paging: W, U and execute of every entry that the guest has, but PAE's top level, stand behind the SPTE; walks that failed, changed or stop short say nothing.</summary>
    [Theory]
    [InlineData("10d027@4 10e027@3 10f027@2 12067@1", Writable, false)]
    [InlineData("10d027@4 10e027@3 10f027@2 12065@1", Writable, true)]
    [InlineData("10d025@4 10e027@3 10f027@2 12067@1", Writable, true)]
    [InlineData("10d025@4 10e027@3 10f027@2 12067@1", Protected, false)]
    [InlineData("10e001@3 10f027@2 12067@1", Writable, false)]
    [InlineData("10e001@3 10f025@2 12067@1", Writable, true)]
    [InlineData("10f027@2 12065@1", Writable, true)]
    [InlineData("10d027@4 10e027@3 e5@2", Writable, true)]
    [InlineData("10d025@4 10e025@3", Writable, false)]
    [InlineData("12065@1", "5000667", false)]
    [InlineData("12065@1 error", Writable, false)]
    [InlineData("12065@1 walk 12067@1", Writable, false)]
    public void A_shadow_SPTE_grants_no_more_than_the_guests_tables(string walk, string spte, bool found)
    {
        var lines = walk.Split(' ').Select(w => w switch
        {
            "error" => "kvm_mmu_walker_error: pferr 7 P|W|U",
            "walk" => "kvm_mmu_pagetable_walk: addr 12000 pferr 4",
            _ => $"kvm_mmu_paging_element: pte {w[..^2]} level {w[^1]}",
        });
        Assert.Equal(found ? "shadow-spte-exceeds-guest×1 12" : "", FindingsOf(
        [
            "kvm_exit: reason EXIT_EXCP_PF rip 0x1000 info 4 12000", "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x4",
            "kvm_mmu_pagetable_walk: addr 12000 pferr 4", .. lines, Requested, Set(spte), Entry,
        ]));
    }

    /// <summary>The guest's tables may map a frame twice: the fault's own SPTE is set first, what follows elsewhere is mapped ahead. Under nested paging the last one counts.</summary>
    [Theory]
    [InlineData("EXIT_EXCP_PF", "7", "EXPECTED_SHADOW_WP")]
    [InlineData("EXIT_NPF", WriteDenied, "EXPECTED_RETRY")]
    public void A_frame_is_mapped_twice(string exit, string code, string verdict) => Assert.Equal(verdict, Run(Amd61,
        $"kvm_exit: reason {exit} rip 0x1000 info {code} 12000", $"kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x{code}", Requested,
        Set(Writable), Set(Protected).Replace("5fcf000", "5fd0000", StringComparison.Ordinal), Entry).Verdicts);

    /// <summary>The fast path takes no permission away from an SPTE of the same frame; what another CPU zapped meanwhile it did not take.</summary>
    [Theory]
    [InlineData(Protected, "8000000005000e67", "fast-path-takes-away×1 12")]
    [InlineData(Protected, "5000e67", "")]
    [InlineData(Protected, "8000000006000e67", "")]
    [InlineData(Protected, "8000000005000465", "")]
    [InlineData("5000465", "8000000005000e67", "")]
    public void The_fast_path_takes_nothing_away(string old, string now, string findings) => Assert.Equal(findings, FindingsOf([Entry,
        .. Npf(WriteDenied, $"fast_page_fault: vcpu 0 gva 12000 error_code P|W|U sptep 0xff11000005fc8000 old 0x{old} new {now} spurious 0 fixed 1")]));

    /// <summary>EPT of 7.2 has XU to lose besides.</summary>
    [Theory]
    [InlineData("80a0000005000f37", "")]
    [InlineData("80a0000005000b37", "xs-xu-apart fast-path-takes-away")]
    public void The_fast_path_takes_no_XU_away(string now, string findings) => Assert.Equal(findings, string.Join(' ', Run(new ReplayOptions { Intel = true, Kernel = KvmKernel.V72 }, Entry,
        "kvm_exit: reason EPT_VIOLATION rip 0x1000 info 1aa 0", "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x1aa",
        $"fast_page_fault: vcpu 0 gva 12000 error_code P|W sptep 0xff11000005fc8000 old 0x80a0000005000f35 new {now} spurious 0 fixed 1", Entry).Judge.Findings.Select(f => f.Id)));

    /// <summary>With NX huge pages on, no huge page is executable; SPTEs that another CPU is changing (frozen), small pages and another VM's say nothing.</summary>
    [Theory]
    [InlineData("gfn 200 level 2 old_spte 0 new_spte 4200ee7", "nx-huge-mixed×1 200")]
    [InlineData("gfn 200 level 2 old_spte 0 new_spte 5a0", "")]
    [InlineData("gfn 12 level 1 old_spte 0 new_spte 5000ee7", "pse-at-level-1×1 12")]
    [InlineData("gfn 200 level 2 old_spte 0 new_spte 6000827", "")]
    public void Huge_pages_are_executable_all_or_none(string change, string findings)
    {
        string[] lines = [Entry, "kvm_tdp_mmu_spte_changed: as id 0 gfn 0 level 2 old_spte 0 new_spte 8000000004000ee7", "kvm_tdp_mmu_spte_changed: as id 0 " + change];
        Assert.Equal(findings, FindingsOf(lines));
        Assert.Equal(findings.StartsWith("nx", StringComparison.Ordinal) ? "" : findings, FindingsOf(["other: " + Entry, .. lines]));
    }

    /// <summary>A large SPTE is a fault's if it covers its frame.</summary>
    [Theory]
    [InlineData("200", "EXPECTED_SHADOW_WP")]
    [InlineData("0", "EXPECTED_RETRY")]
    [InlineData("400", "EXPECTED_RETRY")]
    public void A_large_SPTE_covers_the_frame(string gfn, string verdict) =>
        Assert.Equal(verdict, Run(Amd61, [.. Npf(WriteDenied, Set("4000ee7", 2, gfn)).Select(l => l.Replace("12000", "212000", StringComparison.Ordinal))]).Verdicts);

    /// <summary>A mapping that is taken away by the fault that made it; what was taken away before anything was made is none.</summary>
    [Fact]
    public void What_is_made_and_taken_away_again()
    {
        Assert.True(Seen(Changed("0", Writable), Changed(Writable, "0")));
        Assert.True(Seen(Requested, Set(Writable), Changed(Writable, "0")));
        Assert.False(Seen(Requested, Changed(Writable, "0")));

        static bool Seen(params string[] handling)
        {
            var (verdicts, judge) = Run(Amd61, Times(8, Npf(Write, handling)));
            Assert.Equal(All("LIVELOCK", 8), verdicts);
            return Assert.Single(judge.Bugs).Observations[0].ZappedAfter;
        }
    }

    /// <summary>Four access bits in a role came with 7.2.</summary>
    [Theory]
    [InlineData("rwux", true)]
    [InlineData("wux", false)]
    public void A_shadow_page_tells_the_generation(string access, bool known)
    {
        var config = Run(new ReplayOptions { Intel = true }, Entry, $"kvm_mmu_get_page: sp gen 0 gfn 1 l1 8-byte q0 direct {access} nxe ad root 1 sync new").Judge.Config;
        Assert.Equal((known, known ? KvmKernel.V72 : KvmKernel.V61), (config.KernelKnown, config.Kernel));
    }

    /// <summary>Raw roles: bit 20 is MBEC; of a direct page (bit 7) KVM's own, of a page in guest mode (bit 17) L1's for L2; nothing under shadow paging.</summary>
    [Theory]
    [InlineData(0x100f81, true)]
    [InlineData(0x000f81, false)]
    [InlineData(0x120f81, null)]
    [InlineData(0x100f01, null)]
    public void A_role_tells_of_MBEC(int role, bool? mbec) => Assert.Equal(mbec, Run(new ReplayOptions { Intel = true, Kernel = KvmKernel.V72 }, Entry,
        $"kvm_mmu_get_page: [FAILED TO PARSE] mmu_valid_gen=0 gfn=1 role={role} root_count=1 unsync=0 created=1").Judge.Config.Mbec);

    /// <summary>L2's SPTEs are told apart by frame and by the table that L1's root entry names: not by A, which the walk sets, nor by what the last fault's walk left.</summary>
    [Fact]
    public void The_key_of_an_SPTE_of_L2()
    {
        var keys = from frame in Enumerable.Range(0, 64) from table in Enumerable.Range(0x100, 64) select Key((ulong)frame, (ulong)table << 12 | 7);
        Assert.Equal(64 * 64, keys.Distinct().Count());
        Assert.Equal(Key(5, 0x10d007), Key(5, 0x10d027));
        Assert.Equal(Key(5, 0x10d007, walked: 0), Key(5, 0x10e007, walked: 0));

        static ulong Key(ulong frame, ulong top, int walked = 4)
        {
            var group = new FaultGroup { Gpa = frame << 12, ElementCount = walked };
            group.Elements[0] = new WalkElementSeen(top, 4);
            return SpteEvents.ShadowKey(group);
        }
    }

    /// <summary>A million frames are told apart, of all findings together.</summary>
    [Fact]
    public void Frames_of_findings_are_bounded()
    {
        var checks = new SpteChecks();
        var spte = new Spte(0x5000ee7, SpteLayout.For(KvmKernel.V61, MmuKind.Npt));
        var row = new PayloadBench().Row(KvmMmuSetSpte.Shape, [], 0);
        for (var gfn = 0UL; gfn < 1_000_001; gfn++) checks.HugeWhileLogged(spte, gfn, row);
        var finding = Assert.Single(checks.Findings);
        Assert.Equal((1_000_001L, 1_000_000), (finding.Count, finding.DistinctGfns));
    }
}
