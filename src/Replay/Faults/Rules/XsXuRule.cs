using KvmTraceLab.Mmu;

namespace KvmTraceLab.Replay.Faults.Rules;

/// <summary>An L1 leaf with XS and XU apart that denies the fetch.</summary>
internal sealed class XsXuRule : IFaultRule
{
    public string Name => "xs-xu-tandem";

    public string Sentence => "XS and XU of an L1 EPT SPTE are set and cleared together.";

    public Judgement? Judge(FaultContext context)
    {
        if (context.IsShadowed || context.Group.Level == GuestLevel.L2 || context.Layout.Kind != MmuKind.Ept || context.Layout.Xu == 0 || !context.Access.IsFetch) return null;
        if (context.Result is not { IsPresent: true } spte || spte.SupervisorExec == spte.UserExec || spte.IsAccessTracked) return null;
        // Without knowing whether MBEC is on, hardware's own word decides: the fetch did fault on a present entry.
        var denies = !context.Allows(spte) || (context.Config.Mbec is null && context.Access.IsPresent);
        return denies
            ? Judgement.Final(FaultVerdict.BugXsXuDesync, static c => $"SPTE 0x{c.Result!.Value.Value:x} has XS={(c.Result.Value.SupervisorExec ? 1 : 0)} XU={(c.Result.Value.UserExec ? 1 : 0)} and denies the fetch")
            : null;
    }
}
