using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Mmu.Tables;

namespace KvmTraceLab.Tests.Mmu;

/// <summary>Invariants of KVM's MMU; each test has the name of the kernel function that enforces it.</summary>
public sealed class KernelInvariantTests
{
    private static readonly SpteLayout Ept = SpteLayout.For(KvmKernel.V72, MmuKind.Ept);
    private static readonly SpteLayout Npt = SpteLayout.For(KvmKernel.V72, MmuKind.Npt);

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void Make_spte_sets_XS_and_XU_in_tandem_for_an_L1_root(int level, bool nxHuge)
    {
        // With MBEC on or off: XU is computed even if the processor ignores it.
        foreach (bool mbec in new[] { false, true })
        {
            Acc root = MmuRole.Ept(mbec).RootAccess;
            var spte = new Spte(SpteMaker.MakeSpte(Ept, root, level, SpteAdType.Enabled, nxHuge, hostWritable: true), Ept);
            Assert.Equal(spte.SupervisorExec, spte.UserExec);
            Assert.Equal(!(nxHuge && level > 1), spte.SupervisorExec);
        }
    }

    [Fact]
    public void Make_nonleaf_spte_allows_everything()
    {
        var ept = new Spte(SpteMaker.MakeNonleafSpte(Ept, adDisabled: false), Ept);
        Assert.Equal(Acc.All, ept.Acc);
        var npt = new Spte(SpteMaker.MakeNonleafSpte(Npt, adDisabled: false), Npt);
        Assert.True(npt.User); // also with GMET: judge leaves only
    }

    [Fact]
    public void Change_spte_executable_sets_both_or_neither_for_full_or_no_access()
    {
        foreach (ChangeExecutableRow row in SpteTables.ChangeExecutable.Typed())
        {
            ulong exec = row.Tracked ? row.After.SavedPermissions : row.After.Value;
            Assert.Equal((row.Access & Acc.Exec) != Acc.None, (exec & 4) != 0);
            Assert.Equal((row.Access & Acc.UserExec) != Acc.None, (exec & EptEntry.UserExecutable) != 0);
            Assert.Equal(row.Tracked, row.After.IsAccessTracked);

            // Nothing but the execute bits, or their saved copies, may change.
            ulong allowed = row.Tracked ? (4UL | EptEntry.UserExecutable) << 52 : 4UL | EptEntry.UserExecutable;
            Assert.Equal(0UL, (row.Before.Value ^ row.After.Value) & ~allowed);
        }
    }

    [Fact]
    public void Is_present_gpte_counts_bit_10_only_with_MBEC()
    {
        var xu = new EptEntry(EptEntry.UserExecutable);
        Assert.False(xu.IsPresent(MmuRole.Ept(mbec: false)));
        Assert.True(xu.IsPresent(MmuRole.Ept(mbec: true)));
        Assert.False(xu.IsPresent(MmuRole.Ept(mbec: true) with { Kernel = KvmKernel.V71 }));
        Assert.False(xu.HasBadMtXwr(MmuRole.Ept(mbec: true, execOnly: true)));
        Assert.True(xu.HasBadMtXwr(MmuRole.Ept(mbec: true, execOnly: false)));
        for (ulong rwx = 1; rwx < 8; rwx++)
            Assert.True(new EptEntry(rwx).IsPresent(MmuRole.Ept(mbec: false)));
    }

    [Fact]
    public void Is_bad_mt_xwr_folding_bit_10_never_changes_an_outcome_without_MBEC()
    {
        foreach (EptGpteRow row in EptTables.Gpte.Typed().Where(r => !r.Role.Mbec && r.Present))
        {
            EptGpteRow without = row with { Entry = new EptEntry(row.Entry.Value & ~EptEntry.UserExecutable) };
            Assert.Equal(without.Outcome, row.Outcome);
        }
    }

    [Fact]
    public void Is_bad_mt_xwr_refuses_W_without_R_also_with_XU()
    {
        foreach (bool execOnly in new[] { false, true })
        {
            Assert.True(new EptEntry(2).HasBadMtXwr(MmuRole.Ept(mbec: true, execOnly)));
            Assert.True(new EptEntry(2 | EptEntry.UserExecutable).HasBadMtXwr(MmuRole.Ept(mbec: true, execOnly)));
            Assert.True(new EptEntry(6).HasBadMtXwr(MmuRole.Ept(mbec: true, execOnly)));
        }
    }

    [Fact]
    public void Update_permission_bitmask_ignores_control_registers_for_EPT()
    {
        foreach (bool mbec in new[] { false, true })
        {
            var plain = new PermissionTable(MmuRole.Ept(mbec));
            for (int bits = 0; bits < 16; bits++)
            {
                MmuRole role = MmuRole.Ept(mbec) with { Wp = (bits & 1) != 0, Nx = (bits & 2) != 0, Smep = (bits & 4) != 0, Smap = (bits & 8) != 0 };
                var table = new PermissionTable(role);
                for (uint pfec = 0; pfec < 32; pfec += 2)
                    Assert.Equal(plain.Denied((PageAccess)pfec), table.Denied((PageAccess)pfec));
            }
        }
    }

    [Fact]
    public void Update_permission_bitmask_asks_a_write_for_W_and_a_fetch_for_X_alone()
    {
        var table = new PermissionTable(MmuRole.Ept(mbec: true));
        Assert.Equal(AccSet.Without(Acc.Write), table.Denied(PageAccess.Write));
        Assert.Equal(AccSet.Without(Acc.Exec), table.Denied(PageAccess.Fetch));
        Assert.Equal(AccSet.Without(Acc.UserExec), table.Denied(PageAccess.Fetch | PageAccess.User));
        Assert.Equal(AccSet.Without(Acc.Read), table.Denied(PageAccess.None));
        var off = new PermissionTable(MmuRole.Ept(mbec: false));
        Assert.Equal(AccSet.Without(Acc.Exec), off.Denied(PageAccess.Fetch | PageAccess.User));
    }

    [Fact]
    public void Vmx_translate_nested_gpa_takes_user_from_the_guest_page()
    {
        foreach (TranslateRow row in CodeTables.TranslateNestedGpa.Typed().Where(r => r.Vmx))
            Assert.Equal(row.PteUser && row.Final, row.Result.Has(PageAccess.User));
    }

    [Fact]
    public void Svm_translate_nested_gpa_makes_user_walks_without_GMET()
    {
        foreach (TranslateRow row in CodeTables.TranslateNestedGpa.Typed().Where(r => !r.Vmx))
            Assert.Equal(row.Gmet == false || row.CallerUser, row.Result.Has(PageAccess.User));
        Assert.True(FaultCode.TranslateNestedGpaSvm(PageAccess.None, gmet12: true, KvmKernel.V71).Has(PageAccess.User));
    }

    [Fact]
    public void Update_permission_bitmask_with_GMET()
    {
        var table = new PermissionTable(MmuRole.Npt(gmet: true));
        for (int acc = 0; acc < 16; acc++)
        {
            bool user = (acc & 4) != 0, exec = (acc & 8) != 0;
            foreach (PageAccess data in new[] { PageAccess.None, PageAccess.Write })
                Assert.Equal(table.Faults((Acc)(acc ^ 4), data | PageAccess.User), table.Faults((Acc)acc, data | PageAccess.User));
            Assert.Equal(!exec || user, table.Faults((Acc)acc, PageAccess.Fetch));
            Assert.Equal(!exec, table.Faults((Acc)acc, PageAccess.Fetch | PageAccess.User));
        }
    }

    [Fact]
    public void Kvm_calc_tdp_mmu_root_page_role_clears_U_with_GMET()
    {
        Assert.Equal(Acc.All & ~Acc.User, MmuRole.Npt(gmet: true).RootAccess);
        Assert.Equal(Acc.All, MmuRole.Npt(gmet: false).RootAccess);
        Assert.Equal(Acc.All, MmuRole.Ept(mbec: true).RootAccess);
        Acc root = MmuRole.Npt(gmet: true).RootAccess;
        Assert.False(new Spte(SpteMaker.MakeSpte(Npt, root, 1, SpteAdType.Enabled, nxHugePage: false, hostWritable: true), Npt).User);
    }

    [Fact]
    public void Walk_addr_generic_reports_fetch_only_with_has_pferr_fetch()
    {
        // L1 with EFER.NX=0 and CR4.SMEP=0: a GMET fetch violation without the I/D bit.
        var table = new PermissionTable(MmuRole.Npt(gmet: true, nx: false, smep: false));
        NestedVerdict verdict = NestedFault.JudgeNpt(table, NptEntry.From(true, true, true, false), PageAccess.Fetch | PageAccess.GuestFinal);
        Assert.Equal(0x1_0000_0001UL, verdict.ExitInfo);
        var smep = new PermissionTable(MmuRole.Npt(gmet: true, nx: false, smep: true));
        Assert.Equal(0x1_0000_0011UL, NestedFault.JudgeNpt(smep, NptEntry.From(true, true, true, false), PageAccess.Fetch | PageAccess.GuestFinal).ExitInfo);
    }

    [Fact]
    public void Kvm_init_shadow_npt_mmu_makes_WP_SMAP_and_SMEP_irrelevant()
    {
        foreach (bool gmet in new[] { false, true })
        {
            var plain = new PermissionTable(MmuRole.Npt(gmet));
            var odd = new PermissionTable(MmuRole.Npt(gmet) with { Wp = false, Smap = true, Smep = true });
            for (uint pfec = 0; pfec < 32; pfec += 2)
                Assert.Equal(plain.Denied((PageAccess)pfec), odd.Denied((PageAccess)pfec));
        }
    }

    [Fact]
    public void Npf_interception_replaces_U_of_fetches_under_GMET()
    {
        foreach (ErratumRow row in CodeTables.Erratum1218.Typed())
        {
            bool rewritten = !row.SevEs && row.Gmet && row.ErrorCode.Has(PageAccess.Fetch);
            Assert.Equal(rewritten ? row.Cpl == 3 : row.ErrorCode.Has(PageAccess.User), row.Result.Has(PageAccess.User));
            Assert.Equal(row.ErrorCode & ~PageAccess.User, row.Result & ~PageAccess.User);
        }
    }

    [Fact]
    public void Check_spte_writable_invariants_hold_for_every_SPTE_made()
    {
        foreach (MakeSpteRow row in SpteTables.MakeSpte.Typed())
        {
            Assert.True(row.Spte.KeepsWritableInvariants);
            Assert.True(row.Spte.IsPresent);
            Assert.False(row.Spte.IsMmio || row.Spte.IsFrozen);
            Assert.Equal(row.AdType, row.Spte.AdType);
        }

        ulong good = SpteMaker.MakeSpte(Ept, Acc.All, 1, SpteAdType.Enabled, nxHugePage: false, hostWritable: true);
        Assert.False(new Spte(good & ~Ept.MmuWritable, Ept).KeepsWritableInvariants);
        Assert.False(new Spte(good & ~Ept.HostWritable, Ept).KeepsWritableInvariants);
    }

    [Fact]
    public void Make_spte_strips_execution_of_huge_pages_when_the_workaround_is_on()
    {
        foreach (MakeSpteRow row in SpteTables.MakeSpte.Typed().Where(r => r.Level > 1 && r.NxHugePage))
        {
            Assert.False(row.Spte.SupervisorExec || row.Spte.UserExec);
            Assert.Equal(row.Layout.Kind == MmuKind.Npt && (row.Acc & Acc.User) != Acc.None, row.Spte.User);
        }
    }

    [Fact]
    public void Make_spte_needs_ACC_READ_for_the_R_bit_of_EPT_but_not_for_P()
    {
        foreach (MakeSpteRow row in SpteTables.MakeSpte.Typed())
            Assert.Equal(row.Layout.Kind == MmuKind.Npt || (row.Acc & Acc.Read) != Acc.None, row.Spte.Readable);
    }

    [Fact]
    public void Mark_spte_for_access_track_is_undone_by_restore_but_for_W()
    {
        foreach (MakeSpteRow row in SpteTables.MakeSpte.Typed().Where(r => r.Layout.Kind == MmuKind.Ept && r.AdType == SpteAdType.Disabled && !r.Spte.IsAccessTracked))
        {
            var tracked = new Spte(row.Tracked, row.Layout);
            Assert.True(tracked.IsAccessTracked);
            Assert.Equal(Acc.None, tracked.Acc);
            ulong restored = SpteMaker.RestoreAccessTrack(row.Layout, row.Tracked);
            Assert.Equal(row.Spte.Value & ~(2UL | row.Layout.Accessed), restored);
            Assert.Equal(row.Tracked, SpteMaker.MarkForAccessTrack(row.Layout, row.Tracked));
        }
    }

    [Fact]
    public void Mark_spte_for_access_track_leaves_formats_without_a_mask_alone()
    {
        foreach (MakeSpteRow row in SpteTables.MakeSpte.Typed().Where(r => r.Layout.Kind == MmuKind.Npt))
            Assert.Equal(row.AdType == SpteAdType.Disabled ? row.Spte.Value : row.Spte.Value & ~row.Layout.Accessed, row.Tracked);
        foreach (MakeSpteRow row in SpteTables.MakeSpte.Typed().Where(r => r.Layout.Kind == MmuKind.Ept && r.AdType != SpteAdType.Disabled))
            Assert.Equal(row.Spte.Value & ~row.Layout.Accessed, row.Tracked);
    }

    [Theory]
    [InlineData(1, 0x1007, false)] // bit 12 is the frame of a 4K page
    [InlineData(2, 0x1007, false)] // and of a table
    [InlineData(2, 0x1087, true)]
    [InlineData(3, 0x2000_0087, true)]
    [InlineData(3, 0x4000_0087, false)]
    [InlineData(1, 0x4000_0000_0007, true)] // bit 46 = MAXPHYADDR
    [InlineData(1, 0x2000_0000_0007, false)]
    [InlineData(1, 0x8_0000_0000_0007, true)]
    [InlineData(1, 0x10_0000_0000_0007, false)] // 52 and above are software's
    public void Reset_rsvds_bits_mask_ept_reserves_address_bits(int level, ulong entry, bool reserved) =>
        Assert.Equal(reserved, new EptEntry(entry).HasReservedBits(MmuRole.Ept(mbec: true), level));

    [Fact]
    public void Is_shadow_present_pte_is_false_for_frozen_and_nonpresent_values()
    {
        foreach (KvmKernel kernel in Enum.GetValues<KvmKernel>())
        {
            foreach (MmuKind kind in Enum.GetValues<MmuKind>())
            {
                SpteLayout layout = SpteLayout.For(kernel, kind);
                var frozen = new Spte(layout.FrozenValue, layout);
                Assert.True(frozen.IsFrozen);
                Assert.False(frozen.IsPresent || frozen.IsMmio);
                Assert.False(new Spte(layout.NonPresentValue, layout).IsPresent);
                Assert.Equal(0UL, layout.AdMask & layout.SavedBits << layout.SavedShift);
                Assert.Equal(0UL, layout.HostWritable & (layout.AdMask | layout.SavedBits << layout.SavedShift));
                Assert.Equal(0UL, layout.MmuWritable & (layout.AdMask | layout.SavedBits << layout.SavedShift));
            }
        }

        Assert.Equal(0x80000000000001a0UL, Ept.FrozenValue);
        Assert.Equal(0x5a0UL, SpteLayout.For(KvmKernel.V61, MmuKind.Ept).FrozenValue);
    }

    [Fact]
    public void Bit_10_is_MMU_writable_or_XU_by_format()
    {
        var old = new Spte(0xe77 | 0x400, KvmKernel.V61, MmuKind.Npt);
        Assert.True(old.MmuWritable);
        Assert.False(old.UserExec);
        var since = new Spte(1UL << 63 | 0xc01, KvmKernel.V72, MmuKind.Ept);
        Assert.False(since.MmuWritable);
        Assert.True(since.UserExec);
    }
}
