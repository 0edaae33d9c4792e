namespace KvmTraceLab.Mmu.Bits;

/// <summary>One named field of a register or code: the single declaration behind decoding and documentation.</summary>
/// <param name="Name">The kernel's name (or the manual's, where the kernel has none).</param>
/// <param name="Shift">Lowest bit.</param>
/// <param name="Width">Number of bits.</param>
/// <param name="Sentence">What a set bit (or the value) means, in plain words.</param>
public sealed record BitField(string Name, int Shift, int Width, string Sentence)
{
    public BitField(string name, int bit, string sentence)
        : this(name, bit, 1, sentence)
    {
    }

    public ulong Mask => (Width >= 64 ? ulong.MaxValue : (1UL << Width) - 1) << Shift;

    public ulong Of(ulong value) => (value & Mask) >> Shift;

    /// <summary><c>5</c> or <c>31:16</c>.</summary>
    public string Position => Width == 1 ? $"{Shift}" : $"{Shift + Width - 1}:{Shift}";
}
