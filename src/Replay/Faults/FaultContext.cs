using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Replay.Faults;

/// <summary>
/// One closed fault group and what the rules ask of it: the SPTE before, the SPTE that results, whether it allows the
/// access, and L1's own verdict for L2 faults. One object, refilled for every fault.
/// </summary>
internal sealed class FaultContext(ReplayConfig config)
{
    public ReplayConfig Config => config;

    public FaultGroup Group { get; private set; } = null!;

    public SpteLayout Layout { get; private set; } = null!;

    /// <summary>Walk of EPT12 or NPT12 for this fault; null if there was none.</summary>
    public NestedAnswer? Nested { get; private set; }

    /// <summary>The SPTE the hardware met: fast_page_fault's old, the TDP MMU's old_spte, else what was tracked.</summary>
    public Spte? Old { get; private set; }

    /// <summary>The old SPTE comes from this very fault, not from memory.</summary>
    public bool OldWitnessed { get; private set; }

    /// <summary>
    /// The old SPTE was met in this very fault, or written by this very thread. What another thread wrote may be another VM's, even
    /// if no two threads are the same vCPU number.
    /// </summary>
    public bool OldIsOurs => Old is not null && (OldWitnessed || Group.Before.Lane == Group.Lane);

    /// <summary>… and was not write-protected since without a trace: what it allows, hardware allows.</summary>
    public bool OldIsCertain => OldIsOurs && (OldWitnessed || !Access.IsWrite || !WriteProtectsUntraced);

    /// <summary>The SPTE the fault ended with; null where nothing tells.</summary>
    public Spte? Result { get; private set; }

    /// <summary>Level of <see cref="Result"/>; 0 without one.</summary>
    public int ResultLevel { get; private set; }

    /// <summary>An SPTE of the faulting frame was written (or tried to be) in this fault.</summary>
    public bool Wrote { get; private set; }

    public FaultAccess Access => Group.Access;

    /// <summary>The fault is judged by L2's SPTEs: a walk of nested tables was made for it.</summary>
    public bool IsShadowed => Nested is not null;

    public bool ResultAllows => Result is { } result && Allows(result);

    public void Fill(FaultGroup group, NestedAnswer? nested, SpteLayout layout)
    {
        Group = group;
        Nested = nested;
        Layout = layout;
        Wrote = group.Sets > 0 || group.TdpChanges > 0 || group.FastFixed;
        Old = Result = null;
        OldWitnessed = false;
        ResultLevel = 0;
        if (group.FastTries > 0 && new Spte(group.FastOld, layout).IsPresent) Witness(group.FastOld);
        else if (group.TdpChanges > 0 && new Spte(group.TdpOld, layout).IsPresent) Witness(group.TdpOld);
        else if (group.TdpChanges == 0 && group.Before.State == SpteState.Known && !IsOutdated(new Spte(group.Before.Value, layout))) Old = new Spte(group.Before.Value, layout);
        if (group.Sets > 0) SetResult(group.SetSpte, group.SetLevel);
        else if (group.TdpChanges > 0) SetResult(group.TdpNew, group.TdpLevel);
        else if (group.FastFixed) SetResult(group.FastNew, group.Before.Level);
        else if (Old is { } old && !group.ZappedHere) SetResult(old.Value, group.Before.Level);

        void Witness(ulong value)
        {
            Old = new Spte(value, layout);
            OldWitnessed = true;
        }
    }

    /// <summary>Whether hardware would let this access pass with this leaf SPTE.</summary>
    public bool Allows(Spte spte)
    {
        if (!spte.IsPresent || (spte.Layout.Kind != MmuKind.Ept && !spte.Readable)) return false;
        if (Access.IsWrite) return spte.Writable && UserFits(spte);
        if (!Access.IsFetch) return spte.Readable && UserFits(spte);
        if (spte.Layout.Kind != MmuKind.Ept) return spte.SupervisorExec && UserFits(spte);
        var mbec = IsShadowed ? Group.Mbec12 : config.Mbec;
        if (spte.Layout.Xu == 0 || mbec == false) return spte.SupervisorExec;
        return (mbec, Access.IsUser) switch
        {
            (true, true) => spte.UserExec,
            (true, false) => spte.SupervisorExec,
            _ => spte.SupervisorExec || spte.UserExec, // who fetched, or how, is unknown: in doubt it is allowed
        };
    }

    /// <summary>
    /// Hardware found nothing where the last SPTE seen would do, and what was taken away is not traced: by the MMUs that do not trace
    /// their zaps, and by any MMU what threads did that were not recorded. What another thread mapped after this vCPU entered the
    /// guest is no such: hardware may have looked before.
    /// </summary>
    private bool IsOutdated(Spte before) => (WriteProtectsUntraced || !config.OthersRecorded) && Access is { IsPresent: false, IsReserved: false } && Allows(before) &&
        (Group.Before.Lane == Group.Lane || Group.Before.Sequence <= Group.EntrySequence);

    /// <summary>Only the TDP MMU traces what it takes away, be it all or W alone.</summary>
    private bool WriteProtectsUntraced => IsShadowed || !config.TdpMmu;

    /// <summary>Access-tracked before: present, all permissions saved away.</summary>
    public bool WasAccessTracked => Old is { IsAccessTracked: true };

    private bool UserFits(Spte spte)
    {
        if (spte.Layout.Kind == MmuKind.Ept) return true;
        if (spte.Layout.Kind == MmuKind.Shadow) return Access.IsUser != true || spte.User;
        if (config.Gmet == true) return !Access.IsFetch || Access.IsUser != false || !spte.User;
        return config.Gmet is null || spte.User;
    }

    private void SetResult(ulong value, int level)
    {
        Result = new Spte(value, Layout);
        ResultLevel = level;
    }
}
