namespace KvmTraceLab.Mmu;

/// <summary>
/// A set of <see cref="Acc"/> combinations: bit n stands for the combination n. It is the kernel's <c>u16</c> of
/// <c>mmu-&gt;permissions[]</c>, and what a <see cref="IPermissionRule"/> returns: the combinations it denies.
/// </summary>
/// <param name="Bits">Bit n is set when combination n belongs to the set.</param>
public readonly record struct AccSet(ushort Bits)
{
    public static AccSet None => default;

    public bool Contains(Acc acc) => (Bits >> ((int)acc & 15) & 1) != 0;

    /// <summary>Every combination that has <paramref name="bit"/>: the kernel's <c>ACC_BITS_MASK()</c>. Empty for a bit that does not exist.</summary>
    public static AccSet With(Acc bit)
    {
        int bits = 0;
        for (int acc = 0; acc < 16; acc++)
        {
            if ((acc & (int)bit) != 0)
                bits |= 1 << acc;
        }

        return new((ushort)bits);
    }

    /// <summary>Every combination that lacks <paramref name="bit"/>; empty for a bit that does not exist, since nothing can be asked of it.</summary>
    public static AccSet Without(Acc bit) => bit == Acc.None ? None : new((ushort)~With(bit).Bits);

    public static AccSet operator |(AccSet left, AccSet right) => new((ushort)(left.Bits | right.Bits));

    public static AccSet BitwiseOr(AccSet left, AccSet right) => left | right;

    public override string ToString() => $"0x{Bits:x4}";
}
