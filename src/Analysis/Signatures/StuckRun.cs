namespace KvmTraceLab.Analysis.Signatures;

/// <summary>The same fault in a row: same RIP, same page frame, same code, host interrupts aside.</summary>
public sealed record StuckRun
{
    public required string Reason { get; init; }

    public required ulong Rip { get; init; }

    public required ulong Gpa { get; init; }

    /// <summary>VMX exit qualification or SVM EXITINFO1.</summary>
    public required ulong Code { get; init; }

    public required long StartNs { get; init; }

    public long EndNs { get; internal set; }

    public long Turns { get; internal set; }

    /// <summary>Turns in which an event was injected again.</summary>
    public long Reinjected { get; internal set; }

    /// <summary>Turns in which an SPTE was asked for or set.</summary>
    public long SpteSet { get; internal set; }

    /// <summary>Turns in which a walk of the guest's (L1's) tables failed.</summary>
    public long WalkErrors { get; internal set; }

    /// <summary>Turns in which fast_page_fault said that it was done.</summary>
    public long FastDone { get; internal set; }

    /// <summary>Turns in which the exit had broken into the delivery of an exception.</summary>
    public long Vectoring { get; internal set; }

    /// <summary>L0 unmapped host pages while it lasted.</summary>
    public long HostUnmaps { get; internal set; }

    /// <summary>Other exits followed: the vCPU came free.</summary>
    public bool CameFree { get; internal set; }
}
