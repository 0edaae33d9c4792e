using static KvmTraceLab.Mmu.Tables.Inputs;

namespace KvmTraceLab.Mmu.Tables;

/// <summary>The four permission tables: <c>update_permission_bitmask()</c> over all its inputs.</summary>
public static class PermissionTables
{
    /// <summary>7.2 EPT: MBEC × W,U,F × 16 ACC combinations.</summary>
    public static TableSpec<PermissionRow> Ept { get; } = new(
        "permission_ept", "EPT permissions since Linux 7.2 (user = the guest page has U=1)", 256,
        () => Rows(Bools.Select(mbec => MmuRole.Ept(mbec))),
        Flag("mbec", r => r.Role.Mbec),
        Flag("pfec_write", r => r.Access.Has(PageAccess.Write)),
        Flag("pfec_user", r => r.Access.Has(PageAccess.User)),
        Flag("pfec_fetch", r => r.Access.Has(PageAccess.Fetch)),
        Flag("acc_read", r => r.Can(Acc.Read)),
        Flag("acc_write", r => r.Can(Acc.Write)),
        Flag("acc_user_exec", r => r.Can(Acc.UserExec)),
        Flag("acc_exec", r => r.Can(Acc.Exec)),
        Flag("fault", r => r.Fault));

    /// <summary>EPT up to 7.1, where ACC_USER_MASK meant readable and PFERR_USER a read.</summary>
    public static TableSpec<PermissionRow> EptLegacy { get; } = new(
        "permission_ept_legacy", "EPT permissions up to Linux 7.1 (user = read)", 64,
        () => Rows([MmuRole.Ept(mbec: false) with { Kernel = KvmKernel.V71 }]),
        Flag("pfec_write", r => r.Access.Has(PageAccess.Write)),
        Flag("pfec_user", r => r.Access.Has(PageAccess.User)),
        Flag("pfec_fetch", r => r.Access.Has(PageAccess.Fetch)),
        Flag("acc_exec", r => r.Can(AccLayout.Before72Ept.Exec)),
        Flag("acc_write", r => r.Can(AccLayout.Before72Ept.Write)),
        Flag("acc_user", r => r.Can(AccLayout.Before72Ept.Read)),
        Flag("fault", r => r.Fault));

    /// <summary>7.2 NPT: GMET × EFER.NX × W,U,F × 16.</summary>
    public static TableSpec<PermissionRow> Npt { get; } = new(
        "permission_npt", "NPT permissions since Linux 7.2 (CR0.WP=1, SMAP off)", 512,
        () => Rows(from gmet in Bools from nx in Bools select MmuRole.Npt(gmet, nx)),
        Flag("gmet", r => r.Role.Gmet),
        Flag("efer_nx", r => r.Role.Nx),
        Flag("pfec_write", r => r.Access.Has(PageAccess.Write)),
        Flag("pfec_user", r => r.Access.Has(PageAccess.User)),
        Flag("pfec_fetch", r => r.Access.Has(PageAccess.Fetch)),
        Flag("acc_read", r => r.Can(Acc.Read)),
        Flag("acc_write", r => r.Can(Acc.Write)),
        Flag("acc_user", r => r.Can(Acc.User)),
        Flag("acc_exec", r => r.Can(Acc.Exec)),
        Flag("fault", r => r.Fault));

    /// <summary>Shadow paging: WP, NX, SMEP, SMAP × AC × implicit × W,U,F × 16.</summary>
    public static TableSpec<PermissionRow> Shadow { get; } = new(
        "permission_shadow", "x86 paging permissions since Linux 7.2, with SMAP, EFLAGS.AC and implicit accesses; no protection keys", 8192,
        ShadowRows,
        Flag("cr0_wp", r => r.Role.Wp),
        Flag("efer_nx", r => r.Role.Nx),
        Flag("cr4_smep", r => r.Role.Smep),
        Flag("cr4_smap", r => r.Role.Smap),
        Flag("eflags_ac", r => r.EflagsAc),
        Flag("implicit", r => r.Access.Has(PageAccess.ImplicitAccess)),
        Flag("pfec_write", r => r.Access.Has(PageAccess.Write)),
        Flag("pfec_user", r => r.Access.Has(PageAccess.User)),
        Flag("pfec_fetch", r => r.Access.Has(PageAccess.Fetch)),
        Flag("acc_read", r => r.Can(Acc.Read)),
        Flag("acc_write", r => r.Can(Acc.Write)),
        Flag("acc_user", r => r.Can(Acc.User)),
        Flag("acc_exec", r => r.Can(Acc.Exec)),
        Flag("fault", r => r.Fault));

    private static IEnumerable<PermissionRow> Rows(IEnumerable<MmuRole> roles)
    {
        foreach (MmuRole role in roles)
        {
            var table = new PermissionTable(role);
            foreach (PageAccess access in WriteUserFetch())
            {
                foreach (Acc acc in Accs(role.Layout.Combinations))
                    yield return new(role, access, false, acc, table.Faults(acc, access));
            }
        }
    }

    private static IEnumerable<PermissionRow> ShadowRows()
    {
        var roles = from wp in Bools from nx in Bools from smep in Bools from smap in Bools select MmuRole.Shadow(nx, wp, smep, smap);
        foreach (MmuRole role in roles)
        {
            var table = new PermissionTable(role);
            foreach (bool ac in Bools)
            {
                foreach (bool isImplicit in Bools)
                {
                    foreach (PageAccess bits in WriteUserFetch())
                    {
                        PageAccess access = bits.With(PageAccess.ImplicitAccess, isImplicit);
                        foreach (Acc acc in Accs(16))
                            yield return new(role, access, ac, acc, table.Faults(acc, access.WithEflagsAc(ac)));
                    }
                }
            }
        }
    }

    private static Column<PermissionRow> Flag(string name, Func<PermissionRow, bool> value) => Column<PermissionRow>.Flag(name, value);
}
