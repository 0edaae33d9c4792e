namespace KvmTraceLab.Mmu;

/// <summary>
/// Everything that decides how KVM's MMU judges an access: the page-table format, the controls in force and the kernel
/// generation. Immutable; the derived properties turn each variant into data that the rules read, so no rule asks for a
/// vendor or a version.
/// </summary>
public sealed record MmuRole
{
    public MmuKind Kind { get; init; }

    public KvmKernel Kernel { get; init; } = KvmKernel.V72;

    /// <summary>Mode-based execute control (EPT): bit 10 is XU. Linux keeps it in role.cr4_smep.</summary>
    public bool Mbec { get; init; }

    /// <summary>Guest mode execute trap (NPT): a supervisor may not fetch from U=1 pages. Also in role.cr4_smep.</summary>
    public bool Gmet { get; init; }

    /// <summary>EFER.NX; for NPT the one of L1, the host of those tables.</summary>
    public bool Nx { get; init; } = true;

    /// <summary>CR0.WP. <c>kvm_init_shadow_npt_mmu()</c> forces it on for NPT.</summary>
    public bool Wp { get; init; } = true;

    /// <summary>CR4.SMEP. For NPT it decides only whether the I/D bit is reported.</summary>
    public bool Smep { get; init; }

    /// <summary>CR4.SMAP; off for NPT.</summary>
    public bool Smap { get; init; }

    /// <summary>role.guest_mode: the tables belong to an L2 guest.</summary>
    public bool GuestMode { get; init; }

    /// <summary>EPT entries may be executable without being readable.</summary>
    public bool ExecOnly { get; init; } = true;

    /// <summary>EPT accessed and dirty flags are on: every guest page-table access is a write.</summary>
    public bool AccessedDirty { get; init; }

    /// <summary>Physical address width; bits from here to 51 are reserved.</summary>
    public int MaxPhyAddr { get; init; } = 46;

    /// <summary>Largest page level the tables may use: 1 (4K), 2 (2M) or 3 (1G).</summary>
    public int HugePageLevel { get; init; } = 3;

    public static MmuRole Ept(bool mbec, bool execOnly = true) => new() { Kind = MmuKind.Ept, Mbec = mbec, ExecOnly = execOnly };

    public static MmuRole Npt(bool gmet, bool nx = true, bool smep = false) => new() { Kind = MmuKind.Npt, Gmet = gmet, Nx = nx, Smep = smep };

    public static MmuRole Shadow(bool nx, bool wp, bool smep, bool smap) =>
        new() { Kind = MmuKind.Shadow, Nx = nx, Wp = wp, Smep = smep, Smap = smap };

    /// <summary>The ACC numbering of this kernel and format.</summary>
    public AccLayout Layout => AccLayout.For(Kernel, Kind);

    /// <summary>An access is judged as a read when it has all of <see cref="ReadRequires"/> …</summary>
    public PageAccess ReadRequires => Kernel.IsBefore72() ? PageAccess.User : PageAccess.None;

    /// <summary>… and none of these. Since 7.2 a write or a fetch consults W or X alone.</summary>
    public PageAccess ReadExcludes => Kernel.IsBefore72() ? PageAccess.None : PageAccess.Write | PageAccess.Fetch;

    /// <summary>Supervisor writes ignore W (CR0.WP = 0); never on EPT and NPT.</summary>
    public bool SupervisorWritesAnywhere => Kind == MmuKind.Shadow && !Wp;

    /// <summary>A user walk needs U=1. Not on EPT, and not on NPT with GMET, where U only says who may fetch.</summary>
    public bool UserWalksNeedUser => Kind != MmuKind.Ept && !GmetInForce;

    /// <summary>A fetch needs NX=0 (x86 and NPT formats).</summary>
    public bool FetchNeedsNxClear => Kind != MmuKind.Ept && Nx;

    /// <summary>Supervisor fetches from U=1 pages fault because of CR4.SMEP.</summary>
    public bool SmepInForce => Kind == MmuKind.Shadow && Smep;

    /// <summary>Supervisor fetches from U=1 pages fault because of GMET.</summary>
    public bool GmetInForce => Kind == MmuKind.Npt && Gmet && !Kernel.IsBefore72();

    public bool SmapInForce => Kind == MmuKind.Shadow && Smap;

    /// <summary>XU counts: as a present bit, for user fetches and in the exit qualification.</summary>
    public bool MbecInForce => Kind == MmuKind.Ept && Mbec && !Kernel.IsBefore72();

    /// <summary>What an EPT fetch from a supervisor page (or any page, without MBEC) needs; none for other formats.</summary>
    public Acc SupervisorFetchNeeds => Kind == MmuKind.Ept ? Layout.Exec : Acc.None;

    /// <summary>What an EPT fetch from a user page needs.</summary>
    public Acc UserFetchNeeds => MbecInForce ? Layout.UserExec : SupervisorFetchNeeds;

    /// <summary>
    /// cpu_role.ext.has_pferr_fetch: whether injected error codes carry the I/D bit. For NPT computed from L1's EFER.NX and
    /// CR4.SMEP before cr4_smep is overwritten with GMET. Never set for an EPT role, so <c>kvm_mmu_walker_error</c> lacks F there
    /// (the exit qualification is built apart and has it).
    /// </summary>
    public bool HasPferrFetch => Kind != MmuKind.Ept && (Nx || Smep);

    /// <summary>
    /// Access of the root page of an L1 direct map, in the role's numbering: <c>kvm_calc_tdp_mmu_root_page_role()</c>. With GMET
    /// U is taken away, so that supervisors may execute; leaf SPTEs inherit it, non-leaf ones do not.
    /// </summary>
    public Acc RootAccess
    {
        get
        {
            var all = (Acc)(Layout.Combinations - 1);
            return GmetInForce ? all & ~Layout.User : all;
        }
    }

    /// <summary>The role as test failures print it: <c>ept,mbec,xo</c>, <c>npt,gmet,nx</c>, <c>shadow,nx,wp,smep</c>, with <c>@7.1</c> for old kernels.</summary>
    public string Spell()
    {
        var parts = new List<string> { Kind switch { MmuKind.Ept => "ept", MmuKind.Npt => "npt", _ => "shadow" } };
        if (Kind == MmuKind.Ept)
        {
            if (Mbec) parts.Add("mbec");
            if (ExecOnly) parts.Add("xo");
            if (AccessedDirty) parts.Add("ad");
        }
        else
        {
            if (Gmet) parts.Add("gmet");
            if (Nx) parts.Add("nx");
            if (Kind == MmuKind.Shadow && Wp) parts.Add("wp");
            if (Smep) parts.Add("smep");
            if (Smap) parts.Add("smap");
        }

        string text = string.Join(',', parts);
        return Kernel.IsBefore72() ? $"{text}@{Kernel.Spell()}" : text;
    }
}
