namespace KvmTraceLab.Replay.Faults;

/// <summary>A fault's place in the order of the trace, held from its kvm_page_fault until its verdict is known.</summary>
internal sealed class FaultSlot
{
    public FaultRecord Record;
    public FaultRun? Run;

    /// <summary>The group is over: there is a verdict, or a run to wait for.</summary>
    public bool IsFilled;
}
