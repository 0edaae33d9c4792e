using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Replay.Faults.Rules;

/// <summary>An L2 fault is held against L1's own tables: reflected rightly, wrongly, not at all, or needlessly.</summary>
internal sealed class NestedRule : IFaultRule
{
    /// <summary>Bits 51:36. No processor with nested paging has fewer than 36 address bits.</summary>
    private const ulong HighAddressBits = 0x000f_fff0_0000_0000;

    public string Name => "nested-reflection";

    public string Sentence => "An L2 access that EPT12 or NPT12 denies is reflected with the right information; one they allow is not.";

    public Judgement? Judge(FaultContext context)
    {
        if (context.Nested is not { Complete: true } answer) return null;
        var group = context.Group;
        var reflected = group.Injections > 0 && IsNestedFault(group);
        if (group.Injections > 0 && !reflected && group.WalkError && answer.Outcome != NestedOutcome.Ok && IsSynchronous(group))
            return Judgement.Final(FaultVerdict.BugWrongReflectedInfo, static c => $"exit reason {c.Group.InjectReason} is injected where L1's entries {Entries(c.Group)} call for a page fault's");
        if (group.Injections > 0 && !reflected)
            return Judgement.Final(FaultVerdict.ExpectedL1Other, static c => $"L1 gets exit reason {c.Group.InjectReason} instead");
        if (reflected && MayBeReserved(group, answer))
            return Judgement.Final(FaultVerdict.ExpectedL1Reflected, static c => $"L1's entries {Entries(c.Group)} have bits that its processor may reserve");
        if (answer.Outcome != NestedOutcome.Ok) return reflected ? Compare(group, answer) : NotReflected(context, answer);
        if (reflected)
        {
            return group.WalkChanged
                ? Judgement.Final(FaultVerdict.Race, "L1's entry changed between two walks of this fault")
                : Judgement.Final(FaultVerdict.BugSpuriousReflection, static c => $"the entries {Entries(c.Group)} allow a {c.Access.Noun}, yet {Injected(c.Group)} is injected");
        }

        return GrantsTooMuch(context, answer);
    }

    private static Judgement Compare(FaultGroup group, NestedAnswer answer)
    {
        var npt = group.Access.Mode != FaultMode.Ept;
        var expectedReason = npt ? (uint)FaultCode.Npf : answer.Outcome == NestedOutcome.Misconfig ? (uint)FaultCode.EptMisconfig : FaultCode.EptViolation;
        if (group.InjectReason != expectedReason)
        {
            return Judgement.Final(FaultVerdict.BugWrongReflectedInfo, c => $"exit reason {c.Group.InjectReason} is injected where {expectedReason} is due");
        }

        if (answer.Outcome == NestedOutcome.Violation && ((group.InjectInfo1 ^ answer.Info) & answer.Mask) != 0)
        {
            return Judgement.Final(FaultVerdict.BugWrongReflectedInfo,
                static c => $"info1 0x{c.Group.InjectInfo1:x} is injected where 0x{c.Nested!.Info:x} is due (entries {Entries(c.Group)}, hardware code 0x{c.Access.Code:x})");
        }

        if (npt && answer.Outcome == NestedOutcome.Violation && WrongFetchBit(group, answer))
        {
            return Judgement.Final(FaultVerdict.BugWrongReflectedInfo,
                static c => $"info1 0x{c.Group.InjectInfo1:x} is injected, with bit 4 (fetch) unlike hardware's 0x{c.Access.Code:x} (entries {Entries(c.Group)})");
        }

        if (npt && group.InjectInfo2 != group.Gpa)
            return Judgement.Final(FaultVerdict.BugWrongReflectedInfo, static c => $"address 0x{c.Group.InjectInfo2:x} is injected for a fault at 0x{c.Group.Gpa:x}");
        return Judgement.Final(FaultVerdict.ExpectedL1Reflected, static c => $"L1's entries {Entries(c.Group)} deny it; info1 0x{c.Group.InjectInfo1:x} is right");
    }

    private static Judgement? NotReflected(FaultContext context, NestedAnswer answer)
    {
        var group = context.Group;
        if (group is { HasEntry: true, Lost: false, WalkError: true, InjectedPf: true, Emulations: 0, UserspaceReason: < 0 })
            return Judgement.Final(FaultVerdict.BugSwallowedL1Violation, static c => $"L1's entries {Entries(c.Group)} deny a {c.Access.Noun}, and L2 gets #PF instead of an exit to L1");
        if (group.WentOn) return Judgement.Final(FaultVerdict.ExpectedL1Other, "the thread goes on elsewhere: L1 is entered, and its exit is not in the trace");
        if (group.Lost) return Judgement.Final(FaultVerdict.Undecidable, "events were lost before anything was done about it");
        if (!group.HasEntry || group.PmlFull || group.InjectedOther || group.InjectedPf)
            return Judgement.Final(FaultVerdict.ExpectedL1Other, "the group ends before L2 is entered again, or another event takes its place");
        if (group.WalkChanged) return Judgement.Final(FaultVerdict.Race, "L1's entry changed between two walks of this fault");
        if (group.UserspaceReason >= 0 || group.UserspaceError) return Judgement.Final(FaultVerdict.ExpectedL1Other, "user space takes over");
        // What was denied for want of present entries may be emulated for the VMM's devices; nothing else may pass.
        return Judgement.Final(FaultVerdict.BugSwallowedL1Violation,
            static c => $"L1's entries {Entries(c.Group)} {(c.Nested!.Present ? $"deny a {c.Access.Noun}" : "do not map the page")}, and nothing is injected");
    }

    /// <summary>N1b, N1c: the walk allows this access, but the L2 SPTE that is set grants more than L1 does.</summary>
    private static Judgement? GrantsTooMuch(FaultContext context, NestedAnswer answer)
    {
        if (context.Group.Sets == 0 || context.Result is not { } spte || !spte.IsPresent) return null;
        var extra = ExtraGrant(context, answer, spte);
        return extra is null ? null : Judgement.Final(FaultVerdict.BugSwallowedL1Violation,
            c => $"the L2 SPTE 0x{spte.Value:x} grants {extra}, which L1's entries {Entries(c.Group)} lack");
    }

    internal static string? ExtraGrant(FaultContext context, NestedAnswer answer, Mmu.Entries.Spte spte)
    {
        var n = answer.Effective;
        if (spte.Writable && (n & 2) == 0) return "write";
        if (context.Access.Mode == FaultMode.Ept)
        {
            if (spte.SupervisorExec && (n & 4) == 0) return "execute (XS)";
            return null; // XU beyond L1's is a finding: it may come from a sync, which is not traced
        }

        return spte.SupervisorExec && n >> 63 != 0 ? "execute" : null;
    }

    internal static bool IsNestedFault(FaultGroup group) => group.Access.Mode == FaultMode.Ept
        ? (group.InjectReason & 0xffff) is FaultCode.EptViolation or FaultCode.EptMisconfig
        : group.InjectReason == FaultCode.Npf;

    /// <summary>
    /// KVM says that an entry is malformed, and one has what L1's processor may reserve: address bits beyond its width, NX without
    /// EFER.NX (then I/D is not told either), or execute-only where that is not supported. No event tells.
    /// </summary>
    private static bool MayBeReserved(FaultGroup group, NestedAnswer answer)
    {
        var npt = group.Access.Mode != FaultMode.Ept;
        var malformed = npt ? (group.InjectInfo1 & (ulong)PageAccess.Rsvd) != 0 && (answer.Info & (ulong)PageAccess.Rsvd) == 0
            : (group.InjectReason & 0xffff) == FaultCode.EptMisconfig && answer.Outcome != NestedOutcome.Misconfig;
        if (!malformed) return false;
        foreach (var (pte, _) in group.Walk)
            if ((pte & HighAddressBits) != 0 || (npt ? pte >> 63 != 0 && (group.InjectInfo1 & (ulong)PageAccess.Fetch) == 0 : (pte & EptEntry.Rwx) is 0 or 4 && (pte & (EptEntry.UserExecutable | 4)) != 0)) return true;
        return false;
    }

    /// <summary>
    /// I/D tells of a fetch and depends on L1's EFER.NX or CR4.SMEP besides, which no event tells. So no other access may have
    /// it; and a fetch must, where the entries deny it by NX, since NX counts with EFER.NX alone (without, it is a reserved bit).
    /// </summary>
    private static bool WrongFetchBit(FaultGroup group, NestedAnswer answer)
    {
        var injected = (group.InjectInfo1 & (ulong)PageAccess.Fetch) != 0;
        if ((group.Access.Code & (ulong)PageAccess.Fetch) == 0) return injected;
        return !injected && answer.Present && answer.Effective >> 63 != 0 && (group.InjectInfo1 & (ulong)PageAccess.Rsvd) == 0;
    }

    /// <summary>An exit that belongs to the instruction, not one for an interrupt that came meanwhile: SVM's exceptions, intercepted instructions, AVIC.</summary>
    private static bool IsSynchronous(FaultGroup group) => group.Access.Mode != FaultMode.Ept && group.InjectReason is not (>= 0x60 and <= 0x64 or 0x7f);

    private static string Injected(FaultGroup group) => $"exit reason {group.InjectReason} with info1 0x{group.InjectInfo1:x}";

    private static string Entries(FaultGroup group)
    {
        var parts = new List<string>(group.ElementCount);
        foreach (var (pte, _) in group.Walk) parts.Add(pte.ToString("x", System.Globalization.CultureInfo.InvariantCulture));
        return string.Join(" > ", parts);
    }
}
