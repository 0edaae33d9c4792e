using KvmTraceLab.Mmu.Entries;
using static KvmTraceLab.Mmu.Tables.Inputs;

namespace KvmTraceLab.Mmu.Tables;

/// <summary>Tables about the SPTEs KVM 7.2 writes.</summary>
public static class SpteTables
{
    /// <summary>Format × A/D type × level 1 and 2 × NX huge pages × host-writable × ACC.</summary>
    public static TableSpec<MakeSpteRow> MakeSpte { get; } = new(
        "make_spte", "Permission, A/D and software bits of a leaf SPTE since Linux 7.2 (pfn 0, memory type 0; -1: no such bit)", 768,
        MakeRows,
        Column<MakeSpteRow>.Text("format", r => r.Layout.Kind == MmuKind.Ept ? "ept" : "npt"),
        Column<MakeSpteRow>.Number("ad_type", r => (int)r.AdType),
        Column<MakeSpteRow>.Number("level", r => r.Level),
        Column<MakeSpteRow>.Flag("nx_huge_page", r => r.NxHugePage),
        Column<MakeSpteRow>.Flag("host_writable", r => r.HostWritable),
        Column<MakeSpteRow>.Flag("acc_read", r => Has(r.Acc, Acc.Read)),
        Column<MakeSpteRow>.Flag("acc_write", r => Has(r.Acc, Acc.Write)),
        Column<MakeSpteRow>.Flag("acc_user", r => Has(r.Acc, Acc.User)),
        Column<MakeSpteRow>.Flag("acc_exec", r => Has(r.Acc, Acc.Exec)),
        Column<MakeSpteRow>.Hex("spte_hex", r => r.Spte.Value),
        Column<MakeSpteRow>.FlagOrNone("spte_read", r => r.Bit(r.Layout.Read)),
        Column<MakeSpteRow>.FlagOrNone("spte_write", r => r.Bit(SpteLayout.Writable)),
        Column<MakeSpteRow>.FlagOrNone("spte_xs", r => r.Bit(r.Layout.Xs)),
        Column<MakeSpteRow>.FlagOrNone("spte_xu", r => r.Bit(r.Layout.Xu)),
        Column<MakeSpteRow>.FlagOrNone("spte_user", r => r.Bit(r.Layout.User)),
        Column<MakeSpteRow>.FlagOrNone("spte_nx", r => r.Bit(r.Layout.Nx)),
        Column<MakeSpteRow>.FlagOrNone("spte_accessed", r => r.Bit(r.Layout.Accessed)),
        Column<MakeSpteRow>.FlagOrNone("spte_dirty", r => r.Bit(r.Layout.Dirty)),
        Column<MakeSpteRow>.FlagOrNone("spte_host_writable", r => r.Bit(r.Layout.HostWritable)),
        Column<MakeSpteRow>.FlagOrNone("spte_mmu_writable", r => r.Bit(r.Layout.MmuWritable)),
        Column<MakeSpteRow>.FlagOrNone("spte_suppress_ve", r => r.Bit(r.Layout.SuppressVe)),
        Column<MakeSpteRow>.Hex("acctrack_spte_hex", r => r.Tracked));

    /// <summary>
    /// SPTE with W, XU, XS (in this order of significance; R is set) × access-tracked × 16 requested accesses. Tracked rows have A/D off.
    /// </summary>
    public static TableSpec<ChangeExecutableRow> ChangeExecutable { get; } = new(
        "change_spte_executable", "EPT SPTE before and after change_spte_executable() since Linux 7.2", 256,
        ChangeRows,
        Column<ChangeExecutableRow>.Flag("w", r => (Untracked(r) & 2) != 0),
        Column<ChangeExecutableRow>.Flag("xu", r => (Untracked(r) & EptEntry.UserExecutable) != 0),
        Column<ChangeExecutableRow>.Flag("xs", r => (Untracked(r) & 4) != 0),
        Column<ChangeExecutableRow>.Flag("access_tracked", r => r.Tracked),
        Column<ChangeExecutableRow>.Flag("acc_read", r => Has(r.Access, Acc.Read)),
        Column<ChangeExecutableRow>.Flag("acc_write", r => Has(r.Access, Acc.Write)),
        Column<ChangeExecutableRow>.Flag("acc_user_exec", r => Has(r.Access, Acc.UserExec)),
        Column<ChangeExecutableRow>.Flag("acc_exec", r => Has(r.Access, Acc.Exec)),
        Column<ChangeExecutableRow>.Hex("spte_hex", r => r.Before.Value),
        Column<ChangeExecutableRow>.Hex("new_spte_hex", r => r.After.Value));

    private static IEnumerable<MakeSpteRow> MakeRows() =>
        from kind in new[] { MmuKind.Ept, MmuKind.Npt }
        let layout = SpteLayout.For(KvmKernel.V72, kind)
        from ad in new[] { SpteAdType.Enabled, SpteAdType.Disabled, SpteAdType.WrprotOnly }
        from level in new[] { 1, 2 }
        from nxHuge in Bools
        from hostWritable in Bools
        from acc in Accs(16)
        let spte = SpteMaker.MakeSpte(layout, acc, level, ad, nxHuge, hostWritable)
        select new MakeSpteRow(layout, ad, level, nxHuge, hostWritable, acc, new Spte(spte, layout), SpteMaker.MarkForAccessTrack(layout, spte));

    private static IEnumerable<ChangeExecutableRow> ChangeRows()
    {
        SpteLayout layout = SpteLayout.For(KvmKernel.V72, MmuKind.Ept);
        return from w in Bools
               from xu in Bools
               from xs in Bools
               from tracked in Bools
               from access in Accs(16)
               let acc = Acc.Read | (w ? Acc.Write : Acc.None) | (xu ? Acc.UserExec : Acc.None) | (xs ? Acc.Exec : Acc.None)
               let made = SpteMaker.MakeSpte(layout, acc, 1, tracked ? SpteAdType.Disabled : SpteAdType.Enabled, nxHugePage: false, hostWritable: true)
               let before = tracked ? SpteMaker.MarkForAccessTrack(layout, made) : made
               select new ChangeExecutableRow(
                   new Spte(before, layout), tracked, access, new Spte(SpteMaker.ChangeSpteExecutable(layout, before, access), layout));
    }

    // W is not saved by access tracking; MMU-writable tells that the SPTE was made writable.
    private static ulong Untracked(ChangeExecutableRow row) =>
        row.Tracked ? row.Before.SavedPermissions | (row.Before.MmuWritable ? 2UL : 0) : row.Before.Value;

    private static bool Has(Acc acc, Acc bit) => (acc & bit) != Acc.None;
}
