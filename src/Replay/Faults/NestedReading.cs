using KvmTraceLab.Mmu;

namespace KvmTraceLab.Replay.Faults;

/// <summary>
/// What L1's nested tables say to an L2 fault, with what is known of L1's use of MBEC and of the kernel's generation; and
/// what each walk and injection tells about the two.
/// </summary>
internal sealed class NestedReading(ReplayConfig config)
{
    private const int MaxPages = 65_536;

    private readonly NestedTables _tables = new(config);

    /// <summary>Role bit 20 by the frame of L1's table that is shadowed; null where pages of one frame differ.</summary>
    private readonly Dictionary<ulong, bool?> _pages = [];

    /// <summary>Trees of EPT12 whose entries, or what was injected for them, show that L1 runs them with MBEC.</summary>
    private readonly HashSet<ulong> _mbecTrees = [];

    private bool _seenOn;
    private bool _seenOff;

    /// <summary>EPT12 entries or injected qualifications showed that L1 uses MBEC.</summary>
    public bool MbecSeen => _mbecTrees.Count > 0;

    /// <summary>A shadow page of guest mode: whether L1 uses MBEC, or GMET, for the table that it shadows.</summary>
    public void SeePage(ulong gfn, bool feature)
    {
        (_seenOn, _seenOff) = (_seenOn || feature, _seenOff || !feature);
        if (_pages.Count >= MaxPages) _pages.Clear();
        _pages[gfn] = _pages.TryGetValue(gfn, out var known) && known != feature ? null : feature;
    }

    /// <summary>Whether L1 uses MBEC for the L2 of this fault; null where nothing tells.</summary>
    public bool? UsesMbec(LaneFaults state, FaultGroup group) => Feature(state, group) ?? (_mbecTrees.Contains(TreeOf(group)) ? true : null);

    /// <summary>
    /// MBEC or GMET by the role of the pages that shadow the tables walked. As long as all roles are alike, the last one of this
    /// thread will do; L1 may run several L2s, with and without.
    /// </summary>
    private bool? Feature(LaneFaults state, FaultGroup group)
    {
        if (!_seenOn || !_seenOff) return state.FeatureRole12;
        foreach (var (pte, level) in group.Walk)
            if (level > 1 && _pages.TryGetValue(TableOf(pte), out var feature)) return feature;
        return null;
    }

    private static ulong TableOf(ulong pte) => pte >> 12 & 0xff_ffff_ffff;

    private static ulong TreeOf(FaultGroup group) => group.ElementCount == 0 ? 0 : TableOf(group.Elements[0].Pte);

    /// <summary>Learns from a closed group before it is judged.</summary>
    public void Learn(LaneFaults state, FaultGroup group)
    {
        if (group.ElementCount > 0 && group.Injections == 0 && group.Sets > 0 && state.FeatureRole12 != true && (group.Elements[group.ElementCount - 1].Pte & 7) == 4) config.ExecOnlySeen = true;
        if (group.Access.Mode != FaultMode.Ept || group.ElementCount == 0 || (config.KernelKnown && config.Kernel.IsBefore72())) return;
        var mbec = false;
        var parentsHaveXu = group.ElementCount > 1;
        for (var i = 0; i < group.ElementCount; i++)
        {
            var pte = group.Elements[i].Pte;
            var xs = (pte >> 2 & 1) != 0;
            var xu = (pte >> 10 & 1) != 0;
            var last = i == group.ElementCount - 1;
            mbec |= xu ? !xs : last && xs && parentsHaveXu;
            parentsHaveXu &= xu;
        }

        if (group.Injections > 0 && (group.InjectReason & 0xffff) == FaultCode.EptViolation)
        {
            if ((group.InjectInfo1 & 0xe40) != 0) config.SeeInjectedBits();
            mbec |= (group.InjectInfo1 >> 6 & 1) != 0;
            if ((group.InjectInfo1 & 0xe00) != 0) state.AdvancedInfoSeen = true;
        }

        if (!mbec) return;
        if (_mbecTrees.Count < MaxPages) _mbecTrees.Add(TreeOf(group));
        config.SeeMbec("EPT12 entries or injected qualifications use XU, which L1 can only do where MBEC is offered");
    }

    /// <summary>L1's word; null when the group has no walk of the faulting address.</summary>
    public NestedAnswer? Answer(LaneFaults state, FaultGroup group)
    {
        if (group.Access.Mode != FaultMode.Ept) return _tables.Answer(group, mbec12: false, !config.Kernel.IsBefore72() && Feature(state, group) == true);
        if (!config.KernelKnown) return AnyGeneration(group);
        if (config.Kernel.IsBefore72())
        {
            group.Mbec12 = false;
            return _tables.Answer(group, mbec12: false, gmet12: false);
        }

        group.Mbec12 = UsesMbec(state, group);
        if (group.Mbec12 is { } mbec) return _tables.Answer(group, mbec, gmet12: false) is { } answer ? WithAdvanced(state, answer) : null;
        // Nothing tells whether L1 uses MBEC: take the reading that fits what KVM did.
        if (_tables.Answer(group, mbec12: false, gmet12: false) is not { } off) return null;
        var on = _tables.Answer(group, mbec12: true, gmet12: false)!;
        var reflected = group.Injections > 0;
        if ((off.Outcome != NestedOutcome.Ok) == reflected) return WithoutBit6(WithAdvanced(state, off));
        return (on.Outcome != NestedOutcome.Ok) == reflected ? WithoutBit6(on) : off;
    }

    private static NestedAnswer WithoutBit6(NestedAnswer answer) => answer with { Mask = answer.Mask & ~0x40UL };

    /// <summary>The generation is not known yet: the reading that fits what KVM did, and the bits that all agree on.</summary>
    private NestedAnswer? AnyGeneration(FaultGroup group)
    {
        var reflected = group.Injections > 0;
        NestedAnswer? first = null;
        foreach (var (kernel, mbec) in ((KvmKernel, bool)[])[(KvmKernel.V61, false), (KvmKernel.V72, false), (KvmKernel.V72, true)])
        {
            if (_tables.Answer(group, mbec, gmet12: false, kernel) is not { } answer) return null;
            first ??= answer;
            if ((answer.Outcome != NestedOutcome.Ok) != reflected || (reflected && ((answer.Info ^ group.InjectInfo1) & answer.Mask) != 0)) continue;
            return answer;
        }

        return first;
    }

    private static NestedAnswer WithAdvanced(LaneFaults state, NestedAnswer answer) => state.AdvancedInfoSeen ? answer with { Mask = answer.Mask | 0xe00 } : answer;
}
