namespace KvmTraceLab.Mmu.Rules;

/// <summary>Faults from fetches of non-executable pages, x86 and NPT formats.</summary>
public sealed class NxRule : IPermissionRule
{
    public string Name => "nx";

    public string Kernel => "update_permission_bitmask(): ff, efer_nx";

    public string Sentence => "a fetch needs NX=0 in every entry while EFER.NX is set";

    public AccSet Denied(MmuRole role, PageAccess access) =>
        role.FetchNeedsNxClear && access.Has(PageAccess.Fetch) ? AccSet.Without(role.Layout.Exec) : AccSet.None;
}
