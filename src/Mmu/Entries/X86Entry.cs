namespace KvmTraceLab.Mmu.Entries;

/// <summary>Bit arithmetic shared by all entry formats.</summary>
public static class X86Entry
{
    /// <summary><c>rsvd_bits(first, last)</c>: both inclusive, nothing when first lies above last.</summary>
    public static ulong Bits(int first, int last) =>
        first > last ? 0 : (ulong.MaxValue >> (63 - Math.Min(last, 63))) & (ulong.MaxValue << Math.Max(first, 0));

    /// <summary>Address bits 51:12 of an entry, minus the offset bits of a page of this level (9 per level).</summary>
    public static ulong AddressMask(int level) => Bits(12 + 9 * (level - 1), 51);
}
