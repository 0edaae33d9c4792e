namespace KvmTraceLab.Mmu.Walk;

/// <summary>One entry of a walk: what <c>kvm_mmu_paging_element</c> shows, and what the walk grants up to here.</summary>
/// <param name="Level">1 is the last level.</param>
/// <param name="EntryAddress">Where the entry was read.</param>
/// <param name="Entry">The raw entry.</param>
/// <param name="Acc">The AND of all permissions so far, in the role's ACC numbering.</param>
public readonly record struct WalkElement(int Level, ulong EntryAddress, ulong Entry, Acc Acc);
