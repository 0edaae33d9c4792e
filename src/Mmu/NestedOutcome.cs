namespace KvmTraceLab.Mmu;

/// <summary>What becomes of an access that L1's nested tables govern.</summary>
public enum NestedOutcome
{
    Ok,

    /// <summary>An EPT violation or nested page fault is injected into L1.</summary>
    Violation,

    /// <summary>An EPT misconfiguration is injected into L1.</summary>
    Misconfig,
}
