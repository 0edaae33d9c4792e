using KvmTraceLab.Mmu;

namespace KvmTraceLab.Replay.Faults.Rules;

/// <summary>GMET: an L1 leaf with U=1 denies every supervisor fetch.</summary>
internal sealed class GmetUserRule : IFaultRule
{
    public string Name => "gmet-user";

    public string Sentence => "With GMET a leaf SPTE of L1 has U=0.";

    public Judgement? Judge(FaultContext context)
    {
        if (context.IsShadowed || context.Layout.Kind != MmuKind.Npt || context.Config.Gmet != true) return null;
        if (!context.Access.IsFetch || context.Access.IsUser != false) return null;
        if (context.Result is not { IsPresent: true, User: true } spte || !spte.SupervisorExec) return null;
        return Judgement.Final(FaultVerdict.BugGmetUserSet, static c => $"SPTE 0x{c.Result!.Value.Value:x} has U=1: with GMET a supervisor may not fetch from it");
    }
}
