namespace KvmTraceLab.Replay.Faults;

/// <summary>One kvm_mmu_paging_element: the raw entry and its level.</summary>
public readonly record struct WalkElementSeen(ulong Pte, int Level);
