namespace KvmTraceLab.Replay.Faults.Rules;

/// <summary>No memory behind the address: marked, met again, or emulated at once.</summary>
internal sealed class MmioRule : IFaultRule
{
    private const int KvmExitMmio = 6;

    public string Name => "mmio";

    public string Sentence => "An access to an address without memory is marked as MMIO and emulated.";

    public Judgement? Judge(FaultContext context)
    {
        var group = context.Group;
        // Emulation, or a device in the kernel, steps over the instruction; a guest that goes on where it was got neither.
        var left = group is { SameRip: true, Mmios: 0, FastMmio: false, Emulations: 0, InjectedPf: false, InjectedOther: false, UserspaceReason: < 0, UserspaceError: false, Injections: 0 };
        if (left && !context.Wrote && (group.MarkMmio || (context.Access.IsReserved && group.HandleMmio)))
        {
            return new Judgement(context.Access.IsReserved ? FaultVerdict.ExpectedMmioCached : FaultVerdict.ExpectedMmioFirst,
                group.MarkMmio ? Unresolved.Futile : Unresolved.NotEmulated, "the frame is known as MMIO, yet the access is not emulated");
        }

        var emulated = group.Mmios > 0 || group.FastMmio || group.UserspaceReason == KvmExitMmio;
        if (group.MarkMmio && !(group.Sets > 0 && context.ResultAllows))
        {
            return context.Access.IsReserved
                ? Judgement.Final(FaultVerdict.ExpectedMmioCached, "an outdated MMIO marker was met and renewed")
                : Judgement.Final(FaultVerdict.ExpectedMmioFirst, "the frame is marked as MMIO");
        }

        if (context.Access.IsReserved)
        {
            if (emulated || group.HandleMmio || (group.Emulations > 0 && !context.Wrote))
                return Judgement.Final(FaultVerdict.ExpectedMmioCached, "an MMIO marker was met and the access is emulated");
            if (context.Wrote && context.ResultAllows)
                return Judgement.Final(FaultVerdict.ExpectedNotPresent, "an MMIO marker gives way to memory");
            return null;
        }

        if (context.Access.IsPresent || context.Wrote) return null;
        if (group.FastMmio || (emulated && group.Emulations > 0))
            return Judgement.Final(FaultVerdict.ExpectedMmioFirst, "the access is emulated at once and leaves no SPTE");
        return null;
    }
}
