namespace KvmTraceLab.Mmu;

/// <summary>Generations of KVM whose MMU differs in what a trace shows.</summary>
public enum KvmKernel
{
    /// <summary>Up to about 6.9: three ACC bits, no suppress-#VE in SPTEs, REMOVED_SPTE 0x5a0.</summary>
    V61,

    /// <summary>6.10 to 7.1: three ACC bits, non-present SPTEs have bit 63, FROZEN_SPTE is bit 63 | 0x5a0.</summary>
    V71,

    /// <summary>7.2 and later: four ACC bits, XS/XU, MBEC and GMET.</summary>
    V72,
}
