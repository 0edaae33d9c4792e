namespace KvmTraceLab.Mmu.Rules;

/// <summary>Faults from user accesses to supervisor pages. Off for EPT, and for NPT with GMET, where U says only who may fetch.</summary>
public sealed class UserRule : IPermissionRule
{
    public string Name => "user";

    public string Kernel => "update_permission_bitmask(): uf";

    public string Sentence => "a user walk needs U=1 in every entry";

    public AccSet Denied(MmuRole role, PageAccess access) =>
        role.UserWalksNeedUser && access.Has(PageAccess.User) ? AccSet.Without(role.Layout.User) : AccSet.None;
}
