using KvmTraceLab.Mmu;

namespace KvmTraceLab.Replay.Faults;

/// <summary>
/// What L1's nested tables say to an L2 fault, with what is known of L1's use of MBEC and of the kernel's generation; and
/// what each walk and injection tells about the two.
/// </summary>
internal sealed class NestedReading(ReplayConfig config)
{
    private readonly NestedTables _tables = new(config);
    private bool _advancedInfoSeen;

    /// <summary>EPT12 entries or injected qualifications showed that L1 uses MBEC.</summary>
    public bool MbecSeen { get; private set; }

    /// <summary>Learns from a closed group before it is judged.</summary>
    public void Learn(LaneFaults state, FaultGroup group)
    {
        if (group.ElementCount > 0 && group.Injections == 0 && group.Sets > 0 && state.FeatureRole12 != true && (group.Elements[group.ElementCount - 1].Pte & 7) == 4) config.ExecOnlySeen = true;
        if (MbecSeen || group.Access.Mode != FaultMode.Ept || (config.KernelKnown && config.Kernel.IsBefore72())) return;
        var parentsHaveXu = group.ElementCount > 1;
        for (var i = 0; i < group.ElementCount; i++)
        {
            var pte = group.Elements[i].Pte;
            var xs = (pte >> 2 & 1) != 0;
            var xu = (pte >> 10 & 1) != 0;
            var last = i == group.ElementCount - 1;
            if (xu && !xs) MbecSeen = true;
            if (last && xs && !xu && parentsHaveXu) MbecSeen = true;
            parentsHaveXu &= xu;
        }

        if (group.Injections > 0 && (group.InjectReason & 0xffff) == FaultCode.EptViolation)
        {
            if ((group.InjectInfo1 & 0xe40) != 0) config.SeeInjectedBits();
            if ((group.InjectInfo1 >> 6 & 1) != 0) MbecSeen = true;
            if ((group.InjectInfo1 & 0xe00) != 0) _advancedInfoSeen = true;
        }

        if (MbecSeen) config.SeeMbec("EPT12 entries or injected qualifications use XU, which L1 can only do where MBEC is offered");
    }

    /// <summary>L1's word; null when the group has no walk of the faulting address.</summary>
    public NestedAnswer? Answer(LaneFaults state, FaultGroup group)
    {
        if (group.Access.Mode != FaultMode.Ept) return _tables.Answer(group, mbec12: false, !config.Kernel.IsBefore72() && state.FeatureRole12 == true);
        if (!config.KernelKnown) return AnyGeneration(group);
        if (config.Kernel.IsBefore72())
        {
            group.Mbec12 = false;
            return _tables.Answer(group, mbec12: false, gmet12: false);
        }

        group.Mbec12 = state.FeatureRole12 ?? (MbecSeen ? true : null);
        if (group.Mbec12 is { } mbec) return WithAdvanced(_tables.Answer(group, mbec, gmet12: false));
        // Nothing tells whether L1 uses MBEC: take the reading that fits what KVM did.
        var off = _tables.Answer(group, mbec12: false, gmet12: false);
        var on = _tables.Answer(group, mbec12: true, gmet12: false);
        var reflected = group.Injections > 0;
        if (on is null || off is null || (off.Outcome != NestedOutcome.Ok) == reflected) return WithAdvanced(off) is { } a ? a with { Mask = a.Mask & ~0x40UL } : null;
        return (on.Outcome != NestedOutcome.Ok) == reflected ? on with { Mask = on.Mask & ~0x40UL } : off;
    }

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

    private NestedAnswer? WithAdvanced(NestedAnswer? answer) => answer is not null && _advancedInfoSeen ? answer with { Mask = answer.Mask | 0xe00 } : answer;
}
