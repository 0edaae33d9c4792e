using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Replay.Faults.Rules;

/// <summary>What remains: the guest is entered again without what it needs. Repetition decides what that means.</summary>
internal sealed class UnresolvedRule : IFaultRule
{
    public string Name => "unresolved";

    public string Sentence => "A fault that is left as it was is tried again; repeated for ever it is a livelock.";

    public Judgement? Judge(FaultContext context)
    {
        var group = context.Group;
        // Without an entry the thread was on its way out, and what it unmapped was its own address space.
        if ((group.OwnUnmap && group.HasEntry) || group.OwnSetHva || group.AsyncPf)
        {
            return context.Access is { IsPresent: true, IsWrite: true }
                ? Judgement.Final(FaultVerdict.ExpectedCow, "the host breaks copy-on-write; the guest tries again")
                : Judgement.Final(FaultVerdict.ExpectedRetry, "the host changes the mapping; the guest tries again");
        }

        if (!context.Wrote && group.After.State == SpteState.Known && group.After.Lane != group.Lane && group.After.Sequence > group.Sequence &&
            context.Allows(new Spte(group.After.Value, context.Layout)))
        {
            return Judgement.Final(FaultVerdict.Race, "another CPU granted it while this one was at it");
        }

        if (group.Emulations > 0 && !context.Wrote && !context.Access.IsPresent)
        {
            // 6.1's emulator first unprotects the frame and lets the guest try again, once at each RIP.
            if (group is { SameRip: true, MarkMmio: false, HandleMmio: false, Mmios: 0, FastMmio: false, UserspaceReason: < 0, UserspaceError: false, InjectedPf: false, InjectedOther: false } && context.Config.MmuEvents)
                return new Judgement(FaultVerdict.ExpectedRetry, Unresolved.Nothing, "the instruction is decoded and the guest tries it again, without an access");
            if (context.Config.MmioEvents && group is { MarkMmio: false, HandleMmio: false, Mmios: 0, FastMmio: false, UserspaceReason: < 0, UserspaceError: false, InjectedPf: false, InjectedOther: false, HasEntry: true })
                return Judgement.Final(FaultVerdict.Unexplained, "the access is emulated, and nothing says that the frame is MMIO");
            return context.Config.MmuEvents
                ? Judgement.Final(FaultVerdict.ExpectedMmioFirst, "the access is emulated")
                : Judgement.Final(FaultVerdict.Undecidable, "the access is emulated, and nothing tells why");
        }

        if (group.WentOn) return Judgement.Final(Looks(context), "the guest goes on elsewhere: the access was emulated, or another guest is entered, which is not in the trace");

        // A signal (KVM_EXIT_INTR), and a thread that never comes back, say nothing about the fault.
        if (group is { UserspaceError: true, HasEntry: true } && !context.Wrote)
            return Judgement.Final(FaultVerdict.ExpectedRetry, "KVM_RUN fails, and user space tries again");
        if (group is { UserspaceReason: >= 0 and not FaultGroup.KvmExitIntr, HasEntry: true } && !context.Wrote)
            return Judgement.Final(FaultVerdict.ExpectedRetry, static c => $"user space is asked (KVM_EXIT {c.Group.UserspaceReason})");
        // check_mmio_spte is left out while a memslot is changed, and then a frame of that slot is tried again.
        if (context.Access.IsReserved && new Spte(group.Before.Value, context.Layout).IsMmio && group is { CheckMmio: false, HandleMmio: false, MarkMmio: false, Requested: false, FastTries: 0, Sets: 0, TdpChanges: 0, SameRip: true })
            return new Judgement(FaultVerdict.ExpectedRetry, Unresolved.SlotChanging, "an MMIO marker is met and not compared with the memslots, which happens while they are changed");
        // "Spurious" is a word about the SPTE as it is.
        if (context.Wrote || group.FastSpurious) return new Judgement(Looks(context), Unresolved.Denied, Denies);
        if (context.ResultAllows && !context.OldIsOurs) return new Judgement(FaultVerdict.SpuriousOk, Unresolved.Doubtful, "another thread wrote an SPTE that allows the access, if it is the same VM's");
        if (group.Requested && (context.Access.IsPresent || context.OldIsOurs)) return new Judgement(Looks(context), Unresolved.Refused, Denies);
        return new Judgement(Looks(context), Unresolved.Nothing, "nothing traced was done about it");
    }

    private static string Denies(FaultContext context) => context.Result is { } spte
        ? $"the resulting SPTE 0x{spte.Value:x} still denies the {context.Access.Noun}"
        : $"a mapping was asked for, none came, and hardware found one that denies the {context.Access.Noun}";

    /// <summary>What a single such fault looks like.</summary>
    private static FaultVerdict Looks(FaultContext context)
    {
        var access = context.Access;
        if (!access.IsPresent) return context.WasAccessTracked ? FaultVerdict.ExpectedAccessTracking : FaultVerdict.ExpectedNotPresent;
        if (access.IsWrite)
        {
            return context.Old switch
            {
                { MmuWritable: true } => FaultVerdict.ExpectedDirtyLogging,
                { HostWritable: true } => FaultVerdict.ExpectedShadowWp,
                Spte => FaultVerdict.ExpectedCow,
                _ => FaultVerdict.ExpectedRetry,
            };
        }

        return access.IsFetch && context.ResultLevel > 1 ? FaultVerdict.ExpectedNxHugeSplit : FaultVerdict.ExpectedRetry;
    }
}
