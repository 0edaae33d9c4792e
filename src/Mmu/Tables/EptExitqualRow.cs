using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Mmu.Tables;

/// <summary>What KVM injects into L1 for one L2 access through EPT12.</summary>
public sealed record EptExitqualRow(MmuRole Role, EptEntry Effective, NestedOperation Operation, NestedVerdict Verdict);
