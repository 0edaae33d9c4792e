namespace KvmTraceLab.Mmu.Rules;

/// <summary>Faults from reads of non-readable pages. Before 7.2 only EPT had it, triggered by the borrowed USER bits.</summary>
public sealed class ReadRule : IPermissionRule
{
    public string Name => "read";

    public string Kernel => "update_permission_bitmask(): rf";

    public string Sentence => "a read needs the R (or P) bit; since 7.2 writes and fetches do not consult it";

    public AccSet Denied(MmuRole role, PageAccess access) =>
        access.Has(role.ReadRequires) && !access.HasAny(role.ReadExcludes) ? AccSet.Without(role.Layout.Read) : AccSet.None;
}
