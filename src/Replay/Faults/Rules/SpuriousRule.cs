using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Replay.Faults.Rules;

/// <summary>The SPTE allows the access although nothing was done.</summary>
internal sealed class SpuriousRule : IFaultRule
{
    /// <summary>A missing entry is never cached, so it is no translation that was not flushed.</summary>
    private const string NothingMapped = ", yet the code says that nothing is mapped, which no processor caches: the vCPU walks other tables, a stale root's or, where this host is itself a guest, those of the hypervisor below";

    public string Name => "spurious";

    public string Sentence => "A fault on an SPTE that allows the access is spurious once, and a bug when it recurs.";

    /// <summary>Hardware itself says that XS is set all the way, and nothing else counts for an L2 without MBEC.</summary>
    private static bool MbecLeftOn(FaultContext context) =>
        context is { IsShadowed: true, Wrote: false, Group.Mbec12: false, Config.Mbec: not false } &&
        context.Access is { Mode: FaultMode.Ept, IsFetch: true, IsUser: true } && (context.Access.Code & 0x60) == 0x20;

    /// <summary>
    /// Another CPU wrote it since this vCPU entered the guest; or the fault met more than was last seen, which nobody but another CPU
    /// can have given, be it that its own event comes later.
    /// </summary>
    private static bool GrantedByAnother(FaultContext context)
    {
        var group = context.Group;
        if (IsAnothers(group.Before)) return true;
        return context.OldWitnessed && (IsAnothers(group.After) || (group.Before.State == SpteState.Known && !context.Allows(new Spte(group.Before.Value, context.Layout))));

        bool IsAnothers(SpteKnowledge known) =>
            known.State == SpteState.Known && known.Lane != group.Lane && known.Sequence > group.EntrySequence && context.Allows(new Spte(known.Value, context.Layout));
    }

    public Judgement? Judge(FaultContext context)
    {
        var group = context.Group;
        // Shadow paging: several SPTEs may map one frame, and the trace does not say which one the fault is about.
        if (context.Access.Mode == FaultMode.Shadow) return null;
        if (MbecLeftOn(context)) return new Judgement(FaultVerdict.SpuriousOk, Unresolved.Granted, "every entry has XS, and L1 runs L2 without MBEC: XS alone must do");
        if (context.Result is not { } spte || !context.Allows(spte) || group.OwnUnmap || group.AsyncPf) return null;
        if (context.Old is null) return null;
        if (GrantedByAnother(context)) return Judgement.Final(FaultVerdict.Race, "another CPU granted it after this vCPU entered the guest");
        if (!context.OldIsCertain) return null;
        return new Judgement(FaultVerdict.SpuriousOk, Unresolved.Granted, static c => $"SPTE 0x{c.Result!.Value.Value:x} allows the access already{(c.Access.IsPresent ? "" : NothingMapped)}");
    }
}
