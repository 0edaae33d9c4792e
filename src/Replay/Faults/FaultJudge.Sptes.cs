using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.KvmMmu;

namespace KvmTraceLab.Replay.Faults;

/// <content>SPTEs written and shadow pages made: what the map and the checks learn from them.</content>
public sealed partial class FaultJudge
{
    private void OnSetSpte(LaneFaults state, in EventRow row)
    {
        var set = KvmMmuSetSpte.Over(row);
        var group = state.Group;
        var isL2 = group.IsOpen && group.Walked && group.Access.Mode != FaultMode.Shadow && (group.Level == GuestLevel.L2 || group.WalkedFirst);
        var leaf = set.Level == 1 || (set.Spte & SpteLayout.PageSize) != 0;
        if (!isL2) Config.SeeSpte(set.Spte, leaf);
        var spte = new Spte(set.Spte, Config.Layout);
        if (spte.IsAccessTracked) Config.EptAccessedDirty = false;
        var unknownLevel = !group.IsOpen && state.Lane.HasNested;
        _checks.Check(spte, set.Level, set.Gfn, isL1: !isL2 && !unknownLevel && !(group.IsOpen && group.Level == GuestLevel.L2), row);
        if (group.IsOpen && spte.IsPresent) _invalidations.Mapped(group.Time, row.Time);
        if (group.IsOpen && Covers(set.Gfn, set.Level, group.TargetGfn))
        {
            group.Sets++;
            group.SetSpte = set.Spte;
            group.SetLevel = set.Level;
            var mask = (1UL << (9 * (set.Level - 1))) - 1;
            if (group.Requested && spte.IsPresent && spte.Pfn != (group.RequestedPfn & ~mask)) _checks.WrongPfn(spte, set.Gfn, group.RequestedPfn & ~mask, row);
            if (isL2) CheckAgainstL1(state, group, spte, set.Gfn, row);
            if (isL2) _map.Set(true, 0, 1, ShadowKey(group), set.Spte, _sequence, state.Lane.Index);
        }
        else if (group.IsOpen)
        {
            group.OtherSets++;
        }

        if (!isL2 && !Config.TdpMmu)
        {
            if (unknownLevel) _map.Forget(false, 0, set.Level, set.Gfn, _sequence, state.Lane.Index);
            else _map.Set(false, 0, set.Level, set.Gfn, set.Spte, _sequence, state.Lane.Index);
        }
    }

    /// <summary>Invariant 2: an L2 SPTE grants no more than the entries that were walked for it.</summary>
    private void CheckAgainstL1(LaneFaults state, FaultGroup group, Spte spte, ulong gfn, in EventRow row)
    {
        if (group.ElementCount == 0 || group.LeafGfn is null || !spte.IsPresent || spte.IsAccessTracked) return;
        var all = ulong.MaxValue;
        var nx = 0UL;
        foreach (var (pte, _) in group.Walk) (all, nx) = (all & pte, nx | pte);
        var ept = group.Access.Mode == FaultMode.Ept;
        var what = spte.Writable && (all & 2) == 0 ? "W"
            : ept && spte.SupervisorExec && (all & 4) == 0 ? "XS"
            : ept && spte.UserExec && (all >> 10 & 1) == 0 && (state.FeatureRole12 ?? _mbec12Learned) ? "XU"
            : !ept && spte.SupervisorExec && nx >> 63 != 0 ? "execute"
            : null;
        if (what is not null) _checks.TooMuchForL1(spte, gfn, what, row);
    }

    private void OnTdpChanged(LaneFaults state, in EventRow row)
    {
        Config.TdpMmu = true;
        var changed = KvmTdpMmuSpteChanged.Over(row);
        _severalSpaces |= changed.AsId != 0;
        var layout = Config.Layout;
        Config.SeeSpte(changed.OldSpte, changed.Level == 1 || (changed.OldSpte & SpteLayout.PageSize) != 0);
        Config.SeeSpte(changed.NewSpte, changed.Level == 1 || (changed.NewSpte & SpteLayout.PageSize) != 0);
        var spte = new Spte(changed.NewSpte, layout);
        var lane = state.Lane.Index;
        _checks.Check(spte, changed.Level, changed.Gfn, isL1: true, row);
        var zap = !spte.IsPresent;
        if (zap && !state.IsOpen && new Spte(changed.OldSpte, layout).IsPresent) _invalidations.Add(row.Time, lane, Invalidation.Passing);
        // Roots have no name in this event: after a memslot deletion a zap may be of the dead root, the frame mapped anew in the live one.
        if (zap && _slotZapSequence >= 0 && _map.TryGet(false, changed.AsId, changed.Level, changed.Gfn, out var known, out var when, out _) &&
            when > _slotZapSequence && new Spte(known, layout).WithoutAccessedDirty != new Spte(changed.OldSpte, layout).WithoutAccessedDirty)
        {
            _map.Forget(false, changed.AsId, changed.Level, changed.Gfn, _sequence, lane);
        }
        else
        {
            _map.Set(false, changed.AsId, changed.Level, changed.Gfn, changed.NewSpte, _sequence, lane);
        }

        var group = state.Group;
        if (!group.IsOpen || (group.Level == GuestLevel.L2 && group.Walked) || !Covers(changed.Gfn, changed.Level, group.TargetGfn)) return;
        if (spte.IsPresent && !spte.IsLeaf(changed.Level)) return;
        if (zap)
        {
            group.ZappedHere = true;
            return;
        }

        if (group.TdpChanges == 0) group.TdpOld = changed.OldSpte;
        group.TdpChanges++;
        group.TdpNew = changed.NewSpte;
        group.TdpLevel = changed.Level;
    }

    private void OnGetPage(LaneFaults state, in EventRow row)
    {
        var page = KvmMmuGetPage.Over(row);
        if (!page.HasRole) return;
        if ((ShadowPageRoleLayout)page.RoleLayout == ShadowPageRoleLayout.FourAccessBits) Config.SeeRequestedAccess();
        if (page.RoleKnown != uint.MaxValue) return;
        // Before 7.2 bit 20 is unused, and nobody asks; the generation may become known only later.
        var guestMode = (page.Role >> 17 & 1) != 0;
        var smep = (page.Role >> 20 & 1) != 0;
        if (!guestMode)
        {
            if ((page.Role >> 7 & 1) != 0 && !Config.ShadowPaging) Config.SeeDirectRole(page.Role);
        }
        else
        {
            state.FeatureRole12 = smep;
        }
    }
}
