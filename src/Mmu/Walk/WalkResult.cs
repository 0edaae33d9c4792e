namespace KvmTraceLab.Mmu.Walk;

/// <summary>The outcome of a page-table walk.</summary>
/// <param name="Elements">Entries read, top level first.</param>
/// <param name="Fault">Null when the access is allowed.</param>
/// <param name="Address">The translated address; 0 on a fault.</param>
/// <param name="Level">Level of the mapping: 1 for 4K.</param>
/// <param name="Acc">Effective permissions: the AND over all entries.</param>
public sealed record WalkResult(IReadOnlyList<WalkElement> Elements, WalkFault? Fault, ulong Address, int Level, Acc Acc)
{
    public bool IsAllowed => Fault is null;
}
