namespace KvmTraceLab.Mmu.Rules;

/// <summary>Faults from writes to non-writable pages; CR0.WP=0 excuses supervisors in x86 paging.</summary>
public sealed class WriteProtectRule : IPermissionRule
{
    public string Name => "write-protect";

    public string Kernel => "update_permission_bitmask(): wf";

    public string Sentence => "a write needs the W bit";

    public AccSet Denied(MmuRole role, PageAccess access) =>
        access.Has(PageAccess.Write) && (access.Has(PageAccess.User) || !role.SupervisorWritesAnywhere)
            ? AccSet.Without(role.Layout.Write)
            : AccSet.None;
}
