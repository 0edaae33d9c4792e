namespace KvmTraceLab.Mmu.Walk;

/// <summary>Why a walk ended without a translation.</summary>
public enum WalkFaultKind
{
    /// <summary>An entry is not present.</summary>
    NotPresent,

    /// <summary>An entry has a reserved bit or a bad memory type or permission combination: misconfiguration on EPT.</summary>
    Reserved,

    /// <summary>The translation exists and a rule denies the access.</summary>
    Permission,

    /// <summary>The entry's memory is unknown.</summary>
    Unreadable,

    /// <summary>The nested tables denied the address of a guest table or of the page.</summary>
    Nested,
}
