namespace KvmTraceLab.Mmu.Rules;

/// <summary>Faults from fetches through EPT. XU is computed always and consulted only with MBEC.</summary>
public sealed class EptFetchRule : IPermissionRule
{
    public string Name => "ept-fetch";

    public string Kernel => "update_permission_bitmask(): ff, ept";

    public string Sentence => "an EPT fetch needs XS (bit 2); with MBEC a fetch from a user page needs XU (bit 10) instead";

    public AccSet Denied(MmuRole role, PageAccess access) =>
        access.Has(PageAccess.Fetch)
            ? AccSet.Without(access.Has(PageAccess.User) ? role.UserFetchNeeds : role.SupervisorFetchNeeds)
            : AccSet.None;
}
