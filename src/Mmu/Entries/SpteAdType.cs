namespace KvmTraceLab.Mmu.Entries;

/// <summary>SPTE_TDP_AD_*: how an SPTE tracks accesses and writes.</summary>
public enum SpteAdType
{
    /// <summary>The hardware sets A and D.</summary>
    Enabled = 0,

    /// <summary>A/D bits are off; accesses are tracked by taking permissions away.</summary>
    Disabled = 1,

    /// <summary>Writes are tracked by write protection although A/D is on (L2 with PML).</summary>
    WrprotOnly = 2,

    /// <summary>The fourth value of the field, never written by KVM.</summary>
    Unknown = 3,
}
