namespace KvmTraceLab.Mmu.Rules;

/// <summary>Faults from supervisor fetches of user pages with CR4.SMEP.</summary>
public sealed class SmepRule : IPermissionRule
{
    public string Name => "smep";

    public string Kernel => "update_permission_bitmask(): ff |= kf, cr4_smep";

    public string Sentence => "CR4.SMEP forbids a supervisor to fetch from a user page";

    public AccSet Denied(MmuRole role, PageAccess access) =>
        role.SmepInForce && access.Has(PageAccess.Fetch) && !access.Has(PageAccess.User) ? AccSet.With(role.Layout.User) : AccSet.None;
}
