namespace KvmTraceLab.Analysis.Compare;

/// <summary>What exits are counted against.</summary>
public enum ComparePer
{
    /// <summary>Seconds of the run.</summary>
    Second,
    /// <summary>Seconds of a vCPU.</summary>
    Vcpu,
    /// <summary>Whole runs: the same work done from start to end.</summary>
    Trace,
}
