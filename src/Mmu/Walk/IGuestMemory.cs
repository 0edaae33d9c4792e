namespace KvmTraceLab.Mmu.Walk;

/// <summary>The memory that page tables lie in: guest-physical for guest tables, L1-physical for EPT12 and NPT12.</summary>
public interface IGuestMemory
{
    /// <summary>Reads a little-endian entry of 4 or 8 bytes, zero-extended.</summary>
    /// <returns>False when nothing is known about that address.</returns>
    bool TryRead(ulong address, int size, out ulong value);
}
