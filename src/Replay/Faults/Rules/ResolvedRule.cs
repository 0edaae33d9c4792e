using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Replay.Faults.Rules;

/// <summary>The fault ended with an SPTE that allows the access: why was it needed?</summary>
internal sealed class ResolvedRule : IFaultRule
{
    public string Name => "resolved";

    public string Sentence => "A fault that ends with an SPTE allowing the access is told by what the SPTE was before.";

    public Judgement? Judge(FaultContext context)
    {
        if (!context.Wrote || !context.ResultAllows) return null;
        var group = context.Group;
        if (group is { ZappedAfter: true, OwnUnmap: false, HasEntry: true, UserspaceReason: < 0, UserspaceError: false })
            return new Judgement(context.Access.IsPresent ? FaultVerdict.ExpectedRetry : FaultVerdict.ExpectedNotPresent, Unresolved.Futile, "the mapping is made and taken away again before the guest goes on");
        if (context.WasAccessTracked) return Judgement.Final(FaultVerdict.ExpectedAccessTracking, "the saved permissions are given back");
        if (Widened(context) is { } widened) return widened;
        var said = Why(context);
        return context.Access.IsPresent && group is { OwnUnmap: false, Unsync: false } && context.Result!.Value.WithoutAccessedDirty == group.GivenBefore
            ? new Judgement(said.Verdict, Unresolved.Regranted, static c => $"the SPTE 0x{c.Result!.Value.Value:x} was given by the fault before this one and is given again; the vCPU did not leave the guest in between")
            : said;
    }

    private static Judgement Why(FaultContext context)
    {
        var group = context.Group;
        if (!context.Access.IsPresent) return NotPresent(context);
        if (context.Access.IsWrite) return Write(context);
        if (context.Access.IsFetch && (group.Split || context.ResultLevel == 1 || group.Before.Level > 1))
            return Fetch(context);
        return Judgement.Final(FaultVerdict.ExpectedAccessTracking, "the mapping was narrower than wanted and is renewed");
    }

    private static Judgement NotPresent(FaultContext context)
    {
        var group = context.Group;
        var own = group.Before.State == SpteState.Known && group.Before.Lane == group.Lane;
        if (!own && context.OldWitnessed && context.Old is { IsPresent: true } old && context.Allows(old))
            return Judgement.Final(FaultVerdict.Race, "another CPU had mapped it meanwhile");
        return group.OwnUnmap && group.OwnSetHva
            ? Judgement.Final(FaultVerdict.ExpectedCow, "the host broke copy-on-write while mapping")
            : Judgement.Final(FaultVerdict.ExpectedNotPresent, "nothing was mapped, now it is");
    }

    private static Judgement Write(FaultContext context)
    {
        var group = context.Group;
        var old = context.Old;
        if (group.OwnUnmap || (old is { } o && context.Result is { } r && o.Pfn != r.Pfn && context.ResultLevel == 1 && !o.IsLarge))
            return Judgement.Final(FaultVerdict.ExpectedCow, "the page has a new frame");
        if (group.Unsync) return Judgement.Final(FaultVerdict.ExpectedShadowWp, "a shadowed page table is let out of sync");
        if (old is { Writable: true } && context.OldWitnessed) return Judgement.Final(FaultVerdict.SpuriousOk, "the SPTE was writable already");
        if (old is { MmuWritable: true } || group.FastFixed) return Judgement.Final(FaultVerdict.ExpectedDirtyLogging, "write protection for dirty logging is lifted");
        return old is { HostWritable: false }
            ? Judgement.Final(FaultVerdict.ExpectedCow, "the host mapping became writable")
            : Judgement.Final(FaultVerdict.ExpectedShadowWp, "the page was write-protected and is no longer");
    }

    private static Judgement Fetch(FaultContext context)
    {
        if (context.IsShadowed && context.Old is not { IsLarge: true })
            return Judgement.Final(FaultVerdict.ExpectedNotPresent, "the L2 SPTE lagged behind L1's tables");
        return Judgement.Final(FaultVerdict.ExpectedNxHugeSplit, "a huge page that may not execute gives way to an executable small one");
    }

    /// <summary>The same for a mapping that is gone altogether.</summary>
    private static bool Vanished(FaultContext context)
    {
        var group = context.Group;
        if (context.Access.IsPresent || context.Access.IsReserved || group.OwnUnmap || group.ZappedHere || group.TdpChanges == 0 || group.TdpLevel != group.Before.Level) return false;
        var met = new Spte(group.TdpOld, context.Layout);
        var before = new Spte(group.Before.Value, context.Layout);
        return !met.IsPresent && !met.IsFrozen && !met.IsMmio && !before.IsAccessTracked && context.Allows(before);
    }

    /// <summary>
    /// The SPTE that hardware met is narrower than this thread left it, and nothing traced narrowed it. Only where the MMU
    /// traces what it narrows, the TDP MMU, and where whoever may do so was recorded, or had no time for it.
    /// </summary>
    private static Judgement? Widened(FaultContext context)
    {
        var group = context.Group;
        if (context.IsShadowed || !context.Config.TdpMmu || group.Before.State != SpteState.Known || group.Before.Lane != group.Lane) return null;
        if (!context.Config.OthersRecorded && group.GivenBefore is null) return null;
        if (Vanished(context)) return new Judgement(FaultVerdict.ExpectedNotPresent, Unresolved.Widened,
            static c => $"the SPTE was last seen as 0x{c.Group.Before.Value:x}, was met as 0x{c.Group.TdpOld:x}, and nothing traced took it away");
        if (!context.OldWitnessed) return null;
        if (group.OwnUnmap || group.Unsync || context.Old is not { } old) return null;
        var before = new Spte(group.Before.Value, context.Layout);
        if (!context.Allows(before) || context.Allows(old) || before.Pfn != old.Pfn || before.IsAccessTracked) return null;
        return new Judgement(FaultVerdict.ExpectedDirtyLogging, Unresolved.Widened,
            static c => $"the SPTE was last seen as 0x{c.Group.Before.Value:x}, was met as 0x{c.Old!.Value.Value:x}, and nothing traced narrowed it");
    }
}
