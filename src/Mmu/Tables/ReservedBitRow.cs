namespace KvmTraceLab.Mmu.Tables;

/// <summary>Whether one bit is reserved in an EPT entry.</summary>
public sealed record ReservedBitRow(int MaxPhyAddr, int Level, bool Bit7, int Bit, bool Reserved);
