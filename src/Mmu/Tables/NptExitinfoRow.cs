using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Mmu.Tables;

/// <summary>What KVM injects into L1 for one L2 access through NPT12.</summary>
public sealed record NptExitinfoRow(MmuRole Role, NptEntry Effective, NestedOperation Operation, NestedVerdict Verdict);
