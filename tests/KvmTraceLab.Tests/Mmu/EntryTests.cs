using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Cases;
using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Tests.Mmu;

/// <summary>What the bits of entries mean, said again bit by bit after the manuals' figures.</summary>
public sealed class EntryTests
{
    private static readonly bool[] Bools = [false, true];

    [Fact]
    public void Reserved_bits_of_x86_tables()
    {
        foreach (PagingFormat format in Formats())
        {
            for (int level = 1; level <= format.RootLevel; level++)
            {
                foreach (bool page in Bools)
                {
                    ulong mask = format.ReservedMask(level, page);
                    for (int bit = 0; bit < 64; bit++)
                        Assert.True(IsReserved(format, level, page, bit) == ((mask >> bit & 1) != 0), $"{format} level {level} PS={page} bit {bit}");
                }
            }
        }
    }

    [Fact]
    public void Reserved_bits_of_EPT_without_huge_pages()
    {
        for (int largest = 1; largest <= 3; largest++)
        {
            for (int level = 1; level <= 5; level++)
            {
                foreach (bool page in Bools)
                {
                    ulong with = EptEntry.ReservedMask(46, 3, level, page);
                    bool refused = level is 2 or 3 && largest < level;
                    Assert.Equal(with | (refused ? 0x80UL : 0), EptEntry.ReservedMask(46, largest, level, page));
                }
            }
        }
    }

    [Fact]
    public void NPT_follows_AMD_and_the_host_of_the_tables()
    {
        PagingFormat format = PagingFormat.Npt(MmuRole.Npt(gmet: false, nx: false) with { MaxPhyAddr = 40, HugePageLevel = 2 });
        Assert.Equal(new PagingFormat(4, Nx: false, MaxPhyAddr: 40, Gbpages: false, Pse: true, Amd: true), format);
        Assert.True(PagingFormat.Npt(MmuRole.Npt(gmet: false)).Gbpages);
        Assert.Equal(5, PagingFormat.Npt(MmuRole.Npt(gmet: false), 5).RootLevel);
        Assert.True(new NptEntry(1 | 1UL << 8).HasReservedBits(MmuRole.Npt(gmet: false), level: 4));
        Assert.False(new NptEntry(1 | 1UL << 8).HasReservedBits(MmuRole.Npt(gmet: false), level: 3));
    }

    [Theory]
    [InlineData(2, true, 2, true)]
    [InlineData(2, false, 2, false)]
    [InlineData(3, true, 2, true)]
    [InlineData(3, true, 3, false)]
    [InlineData(4, true, 2, true)]
    [InlineData(4, true, 3, true)]
    [InlineData(4, true, 4, false)]
    [InlineData(5, true, 5, false)]
    public void Bit_7_ends_a_walk_where_the_level_may_map_a_page(int rootLevel, bool pse, int level, bool leaf)
    {
        var format = new PagingFormat(rootLevel, Nx: true, Pse: pse);
        Assert.Equal(leaf, new LegacyEntry(0x81).IsLeaf(format, level));
        Assert.False(new LegacyEntry(1).IsLeaf(format, level));
        Assert.True(new LegacyEntry(1).IsLeaf(format, 1));
    }

    [Fact]
    public void Bit_7_ends_an_EPT_walk_at_levels_2_and_3()
    {
        for (int level = 1; level <= 5; level++)
        {
            Assert.Equal(level <= 3, new EptEntry(0x87).IsLeaf(level));
            Assert.Equal(level == 1, new EptEntry(7).IsLeaf(level));
        }
    }

    [Fact]
    public void Addresses_lose_the_offset_bits_of_their_page()
    {
        const ulong All = ulong.MaxValue;
        const ulong Table = 0x000f_ffff_ffff_f000;
        Assert.Equal(Table, new EptEntry(All & ~0x80UL).Address(3));
        Assert.Equal(0x000f_ffff_ffe0_0000UL, new EptEntry(All).Address(2));
        Assert.Equal(0x000f_ffff_c000_0000UL, new EptEntry(All).Address(3));
        Assert.Equal(Table, new EptEntry(All).Address(4));
        var four = new PagingFormat(4, Nx: true);
        Assert.Equal(Table, new LegacyEntry(All).Address(four, 4));
        Assert.Equal(Table, new LegacyEntry(All).Address(four, 1));
        Assert.Equal(0x000f_ffff_c000_0000UL, new LegacyEntry(All).Address(four, 3));
        var two = new PagingFormat(2, Nx: false);
        Assert.Equal(0xffff_f000UL, new LegacyEntry(0xffff_ffff).Address(two, 1));
        Assert.Equal(0xffff_f000UL, new LegacyEntry(0xffff_ff7f).Address(two, 2));
        Assert.Equal(0xff_ffc0_0000UL, new LegacyEntry(0xffff_ffff).Address(two, 2));
        Assert.Equal(0x05_8040_0000UL, new LegacyEntry(0x8040_a087).Address(two, 2));
    }

    /// <summary>The flag is computed for absent entries too, and nothing may leak into it.</summary>
    [Fact]
    public void Nothing_is_no_bad_combination()
    {
        foreach (bool execOnly in Bools)
        {
            foreach (KvmKernel kernel in Enum.GetValues<KvmKernel>())
            {
                MmuRole role = MmuRole.Ept(mbec: false, execOnly) with { Kernel = kernel };
                Assert.False(new EptEntry(0).HasBadMtXwr(role));
                Assert.Equal(!execOnly && kernel == KvmKernel.V72, new EptEntry(EptEntry.UserExecutable).HasBadMtXwr(role));
                Assert.Equal(!execOnly, new EptEntry(4).HasBadMtXwr(role));
            }
        }
    }

    [Fact]
    public void An_ACC_value_is_spelt_by_its_layout()
    {
        Assert.Equal("-", AccLayout.Since72.Spell(Acc.None));
        Assert.Equal("r,w,u,x", AccLayout.Since72.Spell(Acc.All));
        Assert.Equal("r,w,xu,xs", AccLayout.Since72Ept.Spell(Acc.All));
        Assert.Equal("w,u,x", AccLayout.Before72.Spell((Acc)7));
        Assert.Equal("r,w,x", AccLayout.Before72Ept.Spell((Acc)7));
        Assert.Equal((Acc)7, (MmuRole.Npt(gmet: false) with { Kernel = KvmKernel.V71 }).RootAccess);
        Assert.Equal((Acc)7, (MmuRole.Ept(mbec: false) with { Kernel = KvmKernel.V71 }).RootAccess);
    }

    /// <summary>Up to 7.1 the bits of shadow paging had other numbers and the same meaning; reads asked no bit.</summary>
    [Fact]
    public void Shadow_permissions_of_old_kernels_are_the_new_ones_renumbered()
    {
        MmuRole since = MmuRole.Shadow(nx: true, wp: true, smep: true, smap: false);
        var now = new PermissionTable(since);
        var old = new PermissionTable(since with { Kernel = KvmKernel.V71 });
        for (int bits = 0; bits < 8; bits++)
        {
            bool write = (bits & 1) != 0, user = (bits & 2) != 0, exec = (bits & 4) != 0;
            Acc newAcc = Acc.Read | (write ? Acc.Write : 0) | (user ? Acc.User : 0) | (exec ? Acc.Exec : 0);
            var oldAcc = (Acc)((exec ? 1 : 0) | (write ? 2 : 0) | (user ? 4 : 0));
            for (uint pfec = 0; pfec < 32; pfec += 2)
                Assert.Equal(now.Faults(newAcc, (PageAccess)pfec), old.Faults(oldAcc, (PageAccess)pfec));
        }
    }

    [Fact]
    public void A_case_has_the_defaults_of_a_present_page_on_a_modern_host()
    {
        var npt = new AccessCase { Intel = false, User = true };
        Assert.Equal((true, true, false), (npt.Present, npt.EferNx, npt.Cr4Smep));
        AccessAnswer answer = new CaseJudge().Answer(npt with { Write = true, PageUser = true });
        Assert.Equal(NestedOutcome.Ok, answer.Verdict.Outcome);
        Assert.Equal(Acc.All, answer.Acc);
        Assert.True(npt.Role.GuestMode);
        AccessAnswer ept = new CaseJudge().Answer(new AccessCase { Intel = true, ExecOnly = true, ExecS = true });
        Assert.Equal(Acc.Exec, ept.Acc);
        Assert.Equal(0x1a1UL, ept.Verdict.ExitInfo);
        Assert.True(ept.Case.Role.GuestMode);
    }

    [Theory]
    [InlineData(AccessOperation.Read, 0x1a1UL)]
    [InlineData(AccessOperation.Write, 0x1a2UL)]
    [InlineData(AccessOperation.Exec, 0UL)]
    public void Up_to_7_1_user_means_a_read(AccessOperation operation, ulong info)
    {
        var question = new AccessCase { Intel = true, ExecOnly = true, ExecS = true, Operation = operation, PageUser = true, Kernel = KvmKernel.V71 };
        Assert.Equal(info, new CaseJudge().Answer(question).Verdict.ExitInfo);
    }

    private static IEnumerable<PagingFormat> Formats() =>
        from root in new[] { 2, 3, 4, 5 }
        from nx in Bools
        from width in new[] { 36, 46, 52 }
        from gbpages in Bools
        from pse in Bools
        from amd in Bools
        select new PagingFormat(root, nx, width, gbpages, pse, amd);

    private static bool IsReserved(PagingFormat format, int level, bool page, int bit)
    {
        if (format.RootLevel == 2)
            return level == 2 && page && format.Pse && bit is >= 17 and <= 21;
        bool pointer = format.RootLevel == 3 && level == 3;
        if (bit == 63)
            return !format.Nx || pointer;
        if (bit >= format.MaxPhyAddr && bit <= (format.RootLevel == 3 ? 62 : 51))
            return true;
        if (pointer)
            return bit is 1 or 2 or 5 or 6 or 7 or 8;
        if (level >= 4)
            return bit == 7 || (bit == 8 && format.Amd);
        if (level == 3 && bit == 7)
            return !format.Gbpages;
        return page && bit >= 13 && ((level == 3 && bit <= 29) || (level == 2 && bit <= 20));
    }
}
