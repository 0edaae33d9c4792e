namespace KvmTraceLab.Mmu.Rules;

/// <summary>Faults from supervisor fetches of U=1 pages in NPT with GMET: SMEP turned upside down, since there is no supervisor-only page.</summary>
public sealed class GmetFetchRule : IPermissionRule
{
    public string Name => "gmet-fetch";

    public string Kernel => "update_permission_bitmask(): ff |= kf, cr4_smep holding GMET";

    public string Sentence => "GMET forbids a supervisor (CPL below 3) to fetch from a U=1 page; U=0 pages are executable in both modes";

    public AccSet Denied(MmuRole role, PageAccess access) =>
        role.GmetInForce && access.Has(PageAccess.Fetch) && !access.Has(PageAccess.User) ? AccSet.With(role.Layout.User) : AccSet.None;
}
