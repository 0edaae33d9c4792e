namespace KvmTraceLab.Replay.Faults.Rules;

/// <summary>Something was injected into L1 and no walk says why.</summary>
internal sealed class L1OtherRule : IFaultRule
{
    public string Name => "l1-other";

    public string Sentence => "A fault whose group hands L1 an exit, without a walk to judge it by, is L1's affair.";

    public Judgement? Judge(FaultContext context) => context.Group.Injections == 0 ? null
        : Judgement.Final(FaultVerdict.ExpectedL1Other, static c => $"L1 gets exit reason {c.Group.InjectReason}");
}
