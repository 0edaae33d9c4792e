namespace KvmTraceLab.Replay.Faults.Rules;

/// <summary>A qualification that no access can have: hardware, emulator or trace, never KVM.</summary>
internal sealed class InconsistentCodeRule : IFaultRule
{
    public string Name => "inconsistent-code";

    public string Sentence => "An EPT qualification without any access bit, or with W but not R among the permissions, is no KVM matter.";

    public Judgement? Judge(FaultContext context)
    {
        if (context.Access.Mode != FaultMode.Ept) return null;
        var code = context.Access.Code;
        if ((code & 7) == 0) return Judgement.Final(FaultVerdict.SuspectInconsistentQual, "bits 2:0 name no access");
        return (code & 0x18) == 0x10 ? Judgement.Final(FaultVerdict.SuspectInconsistentQual, "PROT_WRITE without PROT_READ cannot be") : null;
    }
}
