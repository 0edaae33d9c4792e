namespace KvmTraceLab.Replay.Faults.Rules;

/// <summary>Shadow paging: the guest's own tables cause the fault.</summary>
internal sealed class GuestPageFaultRule : IFaultRule
{
    public string Name => "guest-pf";

    public string Sentence => "Under shadow paging a fault of the guest's own tables is injected as #PF.";

    public Judgement? Judge(FaultContext context)
    {
        var group = context.Group;
        if (!group.InjectedPf || (context.Access.Mode != FaultMode.Shadow && (context.IsShadowed || group.Level == GuestLevel.L2))) return null;
        return Judgement.Final(FaultVerdict.ExpectedGuestPf, "the guest's tables deny it and the guest gets #PF");
    }
}
