namespace KvmTraceLab.Mmu.Bits;

/// <summary>One field of a decoded value.</summary>
/// <param name="Name">Kernel name.</param>
/// <param name="Position">Bit numbers, <c>5</c> or <c>31:16</c>.</param>
/// <param name="Value">The field's value, shifted down.</param>
/// <param name="Sentence">What it means.</param>
public sealed record DecodedField(string Name, string Position, ulong Value, string Sentence);
