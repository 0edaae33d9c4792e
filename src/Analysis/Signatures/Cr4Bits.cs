using KvmTraceLab.Mmu.Bits;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>Masks of the CR4 bits that signatures ask for, from the one declaration in <see cref="Cr4"/>.</summary>
internal static class Cr4Bits
{
    public static ulong Smep { get; } = Mask("SMEP");

    public static ulong Cet { get; } = Mask("CET");

    private static ulong Mask(string name) => Cr4.Fields.First(f => f.Name == name).Mask;
}
