namespace KvmTraceLab.Replay.Faults;

/// <summary>One fault with its verdict: a line of <c>--each</c>.</summary>
/// <param name="TimeNs">Time of kvm_page_fault.</param>
/// <param name="Tid">The vCPU's thread.</param>
/// <param name="Level">Which guest made the access.</param>
/// <param name="Gpa">The faulting address (a virtual one under shadow paging).</param>
/// <param name="Access">The access, with the raw code.</param>
/// <param name="Verdict">What was made of it.</param>
public readonly record struct FaultRecord(long TimeNs, int Tid, GuestLevel Level, ulong Gpa, FaultAccess Access, FaultVerdict Verdict)
{
    /// <summary><c>L1</c> or <c>L2</c>; what is unknown counts as L1, since nothing nested was seen.</summary>
    public string LevelWord => Level == GuestLevel.L2 ? "L2" : "L1";
}
