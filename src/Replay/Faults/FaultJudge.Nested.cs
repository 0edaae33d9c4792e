using KvmTraceLab.Mmu;

namespace KvmTraceLab.Replay.Faults;

/// <content>What L1's nested tables say, with what is known of MBEC and of the kernel's generation.</content>
public sealed partial class FaultJudge
{
    private void LearnMbec12(LaneFaults state, FaultGroup group)
    {
        if (group.ElementCount > 0 && group.Injections == 0 && group.Sets > 0 && state.FeatureRole12 != true && (group.Elements[group.ElementCount - 1].Pte & 7) == 4) Config.ExecOnlySeen = true;
        if (_mbec12Learned || group.Access.Mode != FaultMode.Ept || (Config.KernelKnown && Config.Kernel.IsBefore72())) return;
        var parentsHaveXu = group.ElementCount > 1;
        for (var i = 0; i < group.ElementCount; i++)
        {
            var pte = group.Elements[i].Pte;
            var xs = (pte >> 2 & 1) != 0;
            var xu = (pte >> 10 & 1) != 0;
            var last = i == group.ElementCount - 1;
            if (xu && !xs) _mbec12Learned = true;
            if (last && xs && !xu && parentsHaveXu) _mbec12Learned = true;
            parentsHaveXu &= xu;
        }

        if (group.Injections > 0 && (group.InjectReason & 0xffff) == FaultCode.EptViolation)
        {
            if ((group.InjectInfo1 & 0xe40) != 0) Config.SeeInjectedBits();
            if ((group.InjectInfo1 >> 6 & 1) != 0) _mbec12Learned = true;
            if ((group.InjectInfo1 & 0xe00) != 0) _advancedInfoSeen = true;
        }

        if (_mbec12Learned) Config.SeeMbec("EPT12 entries or injected qualifications use XU, which L1 can only do where MBEC is offered");
    }

    private NestedAnswer? Nested(LaneFaults state, FaultGroup group)
    {
        if (group.Access.Mode != FaultMode.Ept) return _nested.Answer(group, mbec12: false, !Config.Kernel.IsBefore72() && state.FeatureRole12 == true);
        if (!Config.KernelKnown) return AnyGeneration(group);
        if (Config.Kernel.IsBefore72())
        {
            group.Mbec12 = false;
            return _nested.Answer(group, mbec12: false, gmet12: false);
        }

        group.Mbec12 = state.FeatureRole12 ?? (_mbec12Learned ? true : null);
        if (group.Mbec12 is { } mbec) return WithAdvanced(_nested.Answer(group, mbec, gmet12: false));
        // Nothing tells whether L1 uses MBEC: take the reading that fits what KVM did.
        var off = _nested.Answer(group, mbec12: false, gmet12: false);
        var on = _nested.Answer(group, mbec12: true, gmet12: false);
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
            if (_nested.Answer(group, mbec, gmet12: false, kernel) is not { } answer) return null;
            first ??= answer;
            if ((answer.Outcome != NestedOutcome.Ok) != reflected || (reflected && ((answer.Info ^ group.InjectInfo1) & answer.Mask) != 0)) continue;
            return answer;
        }

        return first;
    }

    private NestedAnswer? WithAdvanced(NestedAnswer? answer) => answer is not null && _advancedInfoSeen ? answer with { Mask = answer.Mask | 0xe00 } : answer;
}
