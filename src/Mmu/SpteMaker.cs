using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Mmu;

/// <summary>
/// The permission, A/D and software bits KVM writes into SPTEs: <c>make_spte()</c>, <c>make_nonleaf_spte()</c>,
/// <c>change_spte_executable()</c>, <c>mark_spte_for_access_track()</c> of mmu/spte.c. Frame number, memory type and encryption bits are left 0.
/// </summary>
public static class SpteMaker
{
    /// <summary>
    /// A leaf SPTE for a page that is not write-tracked and whose slot logs nothing.
    /// </summary>
    /// <param name="layout">Format and kernel.</param>
    /// <param name="acc">Wanted access, in the ACC numbering of that kernel and format.</param>
    /// <param name="level">1 is a 4K page.</param>
    /// <param name="adType">How accesses and writes are tracked.</param>
    /// <param name="nxHugePage">The NX-huge-page workaround is on.</param>
    /// <param name="hostWritable">The host mapping allows writes.</param>
    /// <param name="prefetch">Not for a fault: leaves the page unaccessed.</param>
    public static ulong MakeSpte(SpteLayout layout, Acc acc, int level, SpteAdType adType, bool nxHugePage, bool hostWritable, bool prefetch = false)
    {
        AccLayout names = AccNames(layout);
        if (level > 1 && nxHugePage)
            acc &= ~(names.Exec | names.UserExec);
        if (!hostWritable)
            acc &= ~names.Write;

        // Up to 6.1 A and D were set only where they are in use; later kernels set them regardless.
        bool setAd = layout.Kernel != KvmKernel.V61 || adType != SpteAdType.Disabled;
        ulong spte = SpteLayout.MmuPresent | layout.Present | (ulong)adType << layout.AdShift;
        if (!prefetch && setAd)
            spte |= layout.Accessed;
        if ((acc & names.Read) != Acc.None)
            spte |= layout.Read;
        spte |= Executable(layout, acc);
        if ((acc & names.User) != Acc.None)
            spte |= layout.User;
        if (level > 1)
            spte |= SpteLayout.PageSize;
        if (hostWritable)
            spte |= layout.HostWritable;
        if ((acc & names.Write) != Acc.None)
            spte |= SpteLayout.Writable | layout.MmuWritable | (setAd ? layout.Dirty : 0);
        return prefetch ? MarkForAccessTrack(layout, spte) : spte;
    }

    /// <summary><c>make_nonleaf_spte()</c>: everything is allowed, U included even with GMET, so judge leaves only.</summary>
    public static ulong MakeNonleafSpte(SpteLayout layout, bool adDisabled) =>
        SpteLayout.MmuPresent | layout.Present | SpteLayout.Writable | layout.Read | layout.User | layout.Xs | layout.Xu |
        (adDisabled ? 1UL << layout.AdShift : layout.Accessed);

    /// <summary>
    /// <c>change_spte_executable()</c> (make_spte_executable() before v6 of the series): sets and clears XS and XU, or NX, as the
    /// access says. An access-tracked SPTE is restored, changed and tracked again.
    /// </summary>
    public static ulong ChangeSpteExecutable(SpteLayout layout, ulong spte, Acc access)
    {
        bool tracked = new Spte(spte, layout).IsAccessTracked;
        if (tracked)
            spte = RestoreAccessTrack(layout, spte);
        spte = (spte & ~(layout.Nx | layout.Xs | layout.Xu)) | Executable(layout, access);
        return tracked ? MarkForAccessTrack(layout, spte) : spte;
    }

    /// <summary>
    /// <c>mark_spte_for_access_track()</c>: clears A, or, with A/D off, moves R, XS and XU to the saved bits so that the next
    /// access faults.
    /// </summary>
    public static ulong MarkForAccessTrack(SpteLayout layout, ulong spte)
    {
        if (new Spte(spte, layout).AdEnabled)
            return spte & ~layout.Accessed;

        // Tracked already; formats without a mask (NPT, shadow) always answer so, and keep even A.
        if ((spte & layout.AccTrack) == 0)
            return spte;
        ulong saved = (spte & layout.SavedBits) << layout.SavedShift;
        return (spte | saved) & ~(layout.AccTrack | layout.Accessed);
    }

    /// <summary><c>restore_acc_track_spte()</c>: the inverse; W stays off until a write fault.</summary>
    public static ulong RestoreAccessTrack(SpteLayout layout, ulong spte)
    {
        ulong saved = spte >> layout.SavedShift & layout.SavedBits;
        return (spte & ~(layout.AccTrack | layout.SavedBits << layout.SavedShift)) | saved;
    }

    /// <summary>The ACC numbering that goes with a layout.</summary>
    public static AccLayout AccNames(SpteLayout layout) => AccLayout.For(layout.Kernel, layout.Kind);

    private static ulong Executable(SpteLayout layout, Acc acc)
    {
        AccLayout names = AccNames(layout);
        if (layout.Nx != 0)
            return (acc & names.Exec) != Acc.None ? 0 : layout.Nx;
        return ((acc & names.Exec) != Acc.None ? layout.Xs : 0) | ((acc & names.UserExec) != Acc.None ? layout.Xu : 0);
    }
}
