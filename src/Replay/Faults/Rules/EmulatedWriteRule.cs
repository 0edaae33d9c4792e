namespace KvmTraceLab.Replay.Faults.Rules;

/// <summary>A write to a mapped page that is emulated: read-only slot, or a shadowed page table.</summary>
internal sealed class EmulatedWriteRule : IFaultRule
{
    private const int KvmExitMmio = 6;

    public string Name => "emulated-write";

    public string Sentence => "A denied write that is emulated goes to user space (read-only slot) or into a shadowed page table.";

    public Judgement? Judge(FaultContext context)
    {
        var group = context.Group;
        if (!context.Access.IsPresent || !context.Access.IsWrite || group.Emulations == 0 || (context.Wrote && context.ResultAllows)) return null;
        var toUser = group.UserspaceReason == KvmExitMmio || group.MmioWrite;
        if (toUser && context.Old is not { HostWritable: true })
            return Judgement.Final(FaultVerdict.ExpectedReadonlySlot, "the host mapping is read-only; user space gets the write");
        if (toUser && context.Old is { MmuWritable: false })
            return Judgement.Final(FaultVerdict.ExpectedReadonlySlot, "user space gets the write");
        return Judgement.Final(FaultVerdict.ExpectedShadowWp, "a write-protected page table is written by emulation");
    }
}
