namespace KvmTraceLab.Analysis.Signatures.Remarks;

/// <summary>What a line of a kernel log or of a mail around the trace says.</summary>
public enum LogKind
{
    Other,
    SoftLockup,
    HardLockup,
    RcuStall,
    HungTask,
    /// <summary>A hand-made list of RIPs with their frequency.</summary>
    RipCount,
}
