using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.KvmMmu;

namespace KvmTraceLab.Replay.Faults;

/// <summary>SPTEs written and shadow pages made: what the map, the checks, the open fault and the configuration learn from them.</summary>
internal sealed class SpteEvents(ReplayConfig config, GuestMemoryMap map, InvalidationLog invalidations, SpteChecks checks, NestedReading nested)
{
    /// <summary>Address spaces besides 0 (SMM) were seen: events do not say whose fault it is, so the map is not asked.</summary>
    public bool SeveralSpaces { get; private set; }

    public void OnSetSpte(LaneFaults state, in EventRow row)
    {
        var set = KvmMmuSetSpte.Over(row);
        var group = state.Group;
        var isL2 = group.IsOpen && group.Walked && group.Access.Mode != FaultMode.Shadow && (group.Level == GuestLevel.L2 || group.WalkedFirst);
        var leaf = set.Level == 1 || (set.Spte & SpteLayout.PageSize) != 0;
        if (!isL2) config.SeeSpte(set.Spte, leaf);
        var spte = new Spte(set.Spte, config.Layout);
        if (spte.IsAccessTracked) config.EptAccessedDirty = false;
        // A trace may begin within a fault of L2's.
        var unknownLevel = !group.IsOpen && (state.Lane.HasNested || state.IsNoVcpu);
        if (config.LayoutKnown) checks.Check(spte, set.Level, set.Gfn, isL1: !isL2 && !unknownLevel && !(group.IsOpen && group.Level == GuestLevel.L2), row);
        if (group.IsOpen && spte.IsPresent) invalidations.Mapped(group.Time, row.Time, set.Gfn);
        // Neighbours are mapped ahead after the page itself, and may be the same frame of L1's, or of the guest's own tables.
        var ahead = group.Sets > 0 && group.SetAt != set.Sptep && (isL2 || group.Access.Mode == FaultMode.Shadow);
        if (group.IsOpen && !ahead && Covers(set.Gfn, set.Level, group.TargetGfn))
        {
            group.Sets++;
            group.SetAt = set.Sptep;
            group.ZappedAfter = false;
            group.SetSpte = set.Spte;
            group.SetLevel = set.Level;
            group.Save(row);
            if (set.Level > 1 && spte.Writable && RefusedForLogging(group)) checks.HugeWhileLogged(spte, set.Gfn, row);
            var mask = (1UL << (9 * (set.Level - 1))) - 1;
            if (group.Requested && spte.IsPresent && spte.Pfn != (group.RequestedPfn & ~mask)) checks.WrongPfn(spte, set.Gfn, group.RequestedPfn & ~mask, row);
            if (group.Access.Mode == FaultMode.Shadow) CheckAgainstGuest(group, spte, set.Gfn, row);
            if (isL2) CheckAgainstL1(state, group, spte, set.Gfn, row);
            if (isL2) map.Set(true, 0, 1, ShadowKey(group), set.Spte, state.Lane.Index);
        }

        if (!isL2 && !config.TdpMmu && !OfL2sOwnRoot(group))
        {
            if (unknownLevel) map.Forget(false, 0, set.Level, set.Gfn, state.Lane.Index);
            else map.Set(false, 0, set.Level, set.Gfn, set.Spte, state.Lane.Index);
        }
    }

    /// <summary>L2 without nested paging has L1's addresses and a root of its own, which no event names.</summary>
    private static bool OfL2sOwnRoot(FaultGroup group) => group is { IsOpen: true, Level: GuestLevel.L2, Walked: false };

    private bool RefusedForLogging(FaultGroup group)
    {
        if (group is not { FastTries: 1, FastFixed: false, FastSpurious: false } || !group.Access.IsWrite || group.ZappedHere) return false;
        var met = new Spte(group.FastOld, config.Layout);
        return met is { IsPresent: true, IsLarge: true, MmuWritable: true, Writable: false };
    }

    /// <summary>Invariant 2: an L2 SPTE grants no more than the entries that were walked for it.</summary>
    private void CheckAgainstL1(LaneFaults state, FaultGroup group, Spte spte, ulong gfn, in EventRow row)
    {
        if (group.LeafGfn is null || !spte.IsPresent) return;
        var all = ulong.MaxValue;
        var nx = 0UL;
        foreach (var (pte, _) in group.Walk) (all, nx) = (all & pte, nx | pte);
        var ept = group.Access.Mode == FaultMode.Ept;
        var what = spte.Writable && (all & 2) == 0 ? "W"
            : ept && spte.SupervisorExec && (all & 4) == 0 ? "XS"
            : ept && spte.UserExec && (all >> 10 & 1) == 0 && nested.UsesMbec(state, group) == true ? "XU"
            : !ept && spte.SupervisorExec && nx >> 63 != 0 ? "execute"
            : null;
        if (what is not null) checks.TooMuchForL1(spte, gfn, what, row);
    }

    /// <summary>Shadow paging: an SPTE grants no more than the guest's own entries, but that without CR0.WP a supervisor writes all (and U is taken for it).</summary>
    private void CheckAgainstGuest(FaultGroup group, Spte spte, ulong gfn, in EventRow row)
    {
        if (!spte.IsPresent || group.WalkError || group.WalkChanged || group.ElementCount == 0 || group.Elements[group.ElementCount - 1].Level > 2) return;
        var all = ulong.MaxValue;
        var nx = 0UL;
        // The four entries of PAE's top level have no permissions.
        foreach (var (pte, level) in group.Elements[0].Level == 3 ? group.Walk[1..] : group.Walk) (all, nx) = (all & pte, nx | pte);
        var withoutWp = group.Access.IsWrite && group.Access.IsUser == false && !spte.User;
        var what = spte.Writable && (all & 2) == 0 && !withoutWp ? "W"
            : spte.User && (all & 4) == 0 ? "U"
            : spte.SupervisorExec && nx >> 63 != 0 ? "execute"
            : null;
        if (what is not null) checks.TooMuchForGuest(spte, gfn, what, row);
    }

    public void OnTdpChanged(LaneFaults state, in EventRow row)
    {
        config.TdpMmu = true;
        var changed = KvmTdpMmuSpteChanged.Over(row);
        SeveralSpaces |= changed.AsId != 0;
        config.SeeSpte(changed.OldSpte, changed.Level == 1 || (changed.OldSpte & SpteLayout.PageSize) != 0);
        config.SeeSpte(changed.NewSpte, changed.Level == 1 || (changed.NewSpte & SpteLayout.PageSize) != 0);
        var layout = config.Layout;
        var spte = new Spte(changed.NewSpte, layout);
        var lane = state.Lane.Index;
        if (config.LayoutKnown) checks.Check(spte, changed.Level, changed.Gfn, isL1: true, row);
        if (!map.SeveralVms && config.LayoutKnown) checks.CheckHuge(spte, changed.Level, changed.Gfn, row);
        var zap = !spte.IsPresent;
        if (zap && !state.IsOpen && new Spte(changed.OldSpte, layout).IsPresent) invalidations.Add(row.Time, lane, Invalidation.Passing);
        var group = state.Group;
        if (!OfL2sOwnRoot(group)) map.Set(false, changed.AsId, changed.Level, changed.Gfn, changed.NewSpte, lane);
        if (!group.IsOpen || (group.Level == GuestLevel.L2 && group.Walked) || !Covers(changed.Gfn, changed.Level, group.TargetGfn)) return;
        if (spte.IsPresent && !spte.IsLeaf(changed.Level)) return;
        group.Save(row);
        if (zap)
        {
            group.ZappedHere = true;
            group.ZappedAfter = group.Sets > 0 || group.TdpChanges > 0;
            return;
        }

        if (group.TdpChanges == 0) group.TdpOld = changed.OldSpte;
        group.TdpChanges++;
        group.TdpNew = changed.NewSpte;
        group.TdpLevel = changed.Level;
    }

    public void OnGetPage(LaneFaults state, in EventRow row)
    {
        var page = KvmMmuGetPage.Over(row).Page;
        if (!page.HasRole) return;
        if ((ShadowPageRoleLayout)page.RoleLayout == ShadowPageRoleLayout.FourAccessBits) config.SeeRequestedAccess();
        if (page.RoleKnown != uint.MaxValue) return;
        // Before 7.2 bit 20 is unused, and nobody asks; the generation may become known only later.
        var guestMode = (page.Role >> 17 & 1) != 0;
        var smep = (page.Role >> 20 & 1) != 0;
        if (!guestMode)
        {
            if ((page.Role >> 7 & 1) != 0 && !config.ShadowPaging) config.SeeDirectRole(page.Role);
        }
        else
        {
            state.FeatureRole12 = smep;
            nested.SeePage(page.Gfn, smep);
        }
    }

    /// <summary>A memslot is deleted, or everything else that needs new roots.</summary>
    public void OnZapAllFast(VcpuLane lane, in EventRow row)
    {
        map.ForgetAll();
        checks.ForgetHuge();
        invalidations.Add(row.Time, lane.Index, Invalidation.WholeSlot);
    }

    /// <summary>The host unmaps memory. What the MMU in use does not trace the zap of is unknown from here on.</summary>
    public void OnUnmap(LaneFaults state, in EventRow row)
    {
        ForgetUntraced();
        state.Release(invalidations, row.Time);

        // A thread that invalidates for its own fault is through before it enters the guest; in user space it may sleep long after.
        var lane = state.Lane.Index;
        if (state is { IsOpen: true, Group.UserspaceReason: < 0 }) state.HeldInvalidation = invalidations.Add(row.Time, lane, Invalidation.Held);
        else invalidations.Add(row.Time, lane, Invalidation.Lasting);
    }

    /// <summary>A shadow page goes; inside a fault it makes room and invalidates nothing.</summary>
    public void OnPrepareZap(LaneFaults state, in EventRow row)
    {
        ForgetUntraced();
        if (!state.IsOpen) invalidations.Add(row.Time, state.Lane.Index, Invalidation.Passing);
    }

    private void ForgetUntraced()
    {
        if (!config.TdpMmu) map.ForgetDirect();
        map.ForgetShadow();
    }

    private static bool Covers(ulong gfn, int level, ulong target) => level is >= 1 and <= 5 && gfn >> (9 * (level - 1)) == target >> (9 * (level - 1));

    /// <summary>L2's SPTE of a frame, by L1's root and both frames: several roots may map one frame differently.</summary>
    public static ulong ShadowKey(FaultGroup group) =>
        group.Gfn * 0x9e37_79b9_7f4a_7c15 ^ (group.ElementCount > 0 ? group.Elements[0].Pte >> 12 : 0);
}
