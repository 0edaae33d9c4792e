namespace KvmTraceLab.Mmu.Rules;

/// <summary>Faults from supervisor data accesses to user pages. The RSVD bit of the look-up means: overridden by EFLAGS.AC.</summary>
public sealed class SmapRule : IPermissionRule
{
    public string Name => "smap";

    public string Kernel => "update_permission_bitmask(): smapf";

    public string Sentence => "CR4.SMAP forbids a supervisor to read or write a user page unless EFLAGS.AC is set and the access is explicit";

    public AccSet Denied(MmuRole role, PageAccess access) =>
        role.SmapInForce && !access.HasAny(PageAccess.User | PageAccess.Fetch | PageAccess.Rsvd) ? AccSet.With(role.Layout.User) : AccSet.None;
}
