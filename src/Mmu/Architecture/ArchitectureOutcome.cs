namespace KvmTraceLab.Mmu.Architecture;

/// <summary>What the processor does with an access.</summary>
public enum ArchitectureOutcome
{
    Allowed,

    /// <summary>Nothing is mapped.</summary>
    NotPresent,

    /// <summary>Mapped, and the access is not permitted.</summary>
    Denied,

    /// <summary>EPT misconfiguration, or a reserved-bit fault in x86-format tables.</summary>
    Malformed,
}
