namespace KvmTraceLab.Analysis.Signatures;

/// <summary>What a piece of evidence is about.</summary>
public enum EvidenceScope
{
    /// <summary>A loop that was found.</summary>
    Loop,
    /// <summary>Exits of one vCPU at one place (<see cref="SpotKey"/>).</summary>
    Spot,
    /// <summary>A row of the same nested page fault (<see cref="StuckRun"/>).</summary>
    SameFault,
    /// <summary>All exits of one vCPU.</summary>
    Vcpu,
    /// <summary>The whole trace.</summary>
    Trace,
}
