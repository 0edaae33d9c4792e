namespace KvmTraceLab.Mmu.Cases;

/// <summary>
/// One access by an L2 guest to a page whose L1 entries have these effective permissions: a row of <c>ktl mmu eval</c> and
/// the question of <c>ktl mmu explain</c>, shaped as the kvm-unit-tests state theirs.
/// </summary>
public sealed record AccessCase
{
    /// <summary>Intel (EPT12) or AMD (NPT12).</summary>
    public required bool Intel { get; init; }

    /// <summary>MBEC or GMET.</summary>
    public bool Feature { get; init; }

    public bool ExecOnly { get; init; }

    /// <summary>EPT accessed and dirty flags.</summary>
    public bool AccessedDirty { get; init; }

    /// <summary>The access to a guest page table, not to the final page.</summary>
    public bool Walk { get; init; }

    /// <summary>EPT R; unused on AMD.</summary>
    public bool Read { get; init; }

    /// <summary>EPT W or NPT W.</summary>
    public bool Write { get; init; }

    /// <summary>EPT XS.</summary>
    public bool ExecS { get; init; }

    /// <summary>EPT XU.</summary>
    public bool ExecU { get; init; }

    /// <summary>NPT P.</summary>
    public bool Present { get; init; } = true;

    /// <summary>NPT U.</summary>
    public bool User { get; init; }

    /// <summary>NPT NX.</summary>
    public bool Nx { get; init; }

    public AccessOperation Operation { get; init; }

    /// <summary>Intel: the guest page has U=1. AMD: the access is a user's (CPL 3).</summary>
    public bool PageUser { get; init; }

    /// <summary>EFER.NX of L1.</summary>
    public bool EferNx { get; init; } = true;

    /// <summary>CR4.SMEP of L1.</summary>
    public bool Cr4Smep { get; init; }

    public KvmKernel Kernel { get; init; } = KvmKernel.V72;

    /// <summary>The MMU that judges.</summary>
    public MmuRole Role => Intel
        ? MmuRole.Ept(Feature, ExecOnly) with { AccessedDirty = AccessedDirty, GuestMode = true, Kernel = Kernel }
        : MmuRole.Npt(Feature, EferNx, Cr4Smep) with { GuestMode = true, Kernel = Kernel };
}
