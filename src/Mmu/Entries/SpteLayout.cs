namespace KvmTraceLab.Mmu.Entries;

/// <summary>
/// Where KVM keeps what in an SPTE, for one format and kernel generation: the <c>shadow_*_mask</c> variables as data
/// (mmu/spte.h, kvm_mmu_set_ept_masks(), kvm_mmu_reset_all_pte_masks()). A mask of 0 means that the bit does not exist.
/// </summary>
public sealed record SpteLayout
{
    /// <summary>SPTE_MMU_PRESENT_MASK, the same everywhere.</summary>
    public const ulong MmuPresent = 1UL << 11;

    public const ulong Writable = 1UL << 1;

    public const ulong PageSize = 1UL << 7;

    public required MmuKind Kind { get; init; }

    public required KvmKernel Kernel { get; init; }

    /// <summary>shadow_present_mask: bits in every present SPTE.</summary>
    public required ulong Present { get; init; }

    /// <summary>Bit 0, which is R on EPT and P elsewhere.</summary>
    public ulong Read { get; init; } = 1;

    /// <summary>shadow_user_mask; on EPT 0.</summary>
    public required ulong User { get; init; }

    /// <summary>shadow_nx_mask; 0 on EPT.</summary>
    public required ulong Nx { get; init; }

    /// <summary>shadow_xs_mask (shadow_x_mask before 7.2); 0 outside EPT.</summary>
    public required ulong Xs { get; init; }

    /// <summary>shadow_xu_mask; EPT since 7.2 only.</summary>
    public required ulong Xu { get; init; }

    public required ulong Accessed { get; init; }

    public required ulong Dirty { get; init; }

    public required ulong HostWritable { get; init; }

    public required ulong MmuWritable { get; init; }

    /// <summary>SPTE_TDP_AD_SHIFT: two bits of A/D type.</summary>
    public required int AdShift { get; init; }

    /// <summary>SHADOW_ACC_TRACK_SAVED_BITS_MASK: which permissions are saved …</summary>
    public required ulong SavedBits { get; init; }

    /// <summary>… shifted left by this many bits.</summary>
    public required int SavedShift { get; init; }

    /// <summary>shadow_acc_track_mask: permissions taken away from an access-tracked SPTE; 0 where A/D cannot be off.</summary>
    public required ulong AccTrack { get; init; }

    /// <summary>VMX_EPT_SUPPRESS_VE_BIT where KVM sets it in every EPT SPTE.</summary>
    public required ulong SuppressVe { get; init; }

    /// <summary>SHADOW_NONPRESENT_VALUE.</summary>
    public required ulong NonPresentValue { get; init; }

    /// <summary>FROZEN_SPTE (REMOVED_SPTE before 6.10): the TDP MMU is changing this entry.</summary>
    public required ulong FrozenValue { get; init; }

    /// <summary>shadow_mmio_mask and shadow_mmio_value: how a cached MMIO SPTE is told.</summary>
    public required ulong MmioMask { get; init; }

    public required ulong MmioValue { get; init; }

    /// <summary>Last bit of the low part of the MMIO generation, which begins at bit 3; the high part is 62:52.</summary>
    public required int MmioGenLowEnd { get; init; }

    public ulong AdMask => 3UL << AdShift;

    /// <summary>All permission bits of this format; A, D and the software bits excluded.</summary>
    public ulong Permissions => Read | Writable | User | Nx | Xs | Xu;

    /// <summary>The layout of a kernel generation and format. Shadow paging and NPT share one.</summary>
    public static SpteLayout For(KvmKernel kernel, MmuKind kind) => (kind, kernel) switch
    {
        (MmuKind.Ept, KvmKernel.V72) => Ept72,
        (MmuKind.Ept, KvmKernel.V71) => Ept71,
        (MmuKind.Ept, _) => Ept61,
        (MmuKind.Npt, KvmKernel.V72) => Npt72,
        (MmuKind.Npt, KvmKernel.V71) => Npt71,
        (MmuKind.Npt, _) => Npt61,
        (_, KvmKernel.V72) => Shadow72,
        (_, KvmKernel.V71) => Shadow71,
        _ => Shadow61,
    };

    private const ulong Bit63 = 1UL << 63;

    private static readonly SpteLayout Ept72 = new()
    {
        Kind = MmuKind.Ept, Kernel = KvmKernel.V72,
        Present = Bit63, User = 0, Nx = 0, Xs = 1UL << 2, Xu = 1UL << 10,
        Accessed = 1UL << 8, Dirty = 1UL << 9, HostWritable = 1UL << 53, MmuWritable = 1UL << 55,
        AdShift = 60, SavedBits = 1UL | 1UL << 2 | 1UL << 10, SavedShift = 52, AccTrack = 7 | 1UL << 10,
        SuppressVe = Bit63, NonPresentValue = Bit63, FrozenValue = Bit63 | 0x1a0,
        MmioMask = 7 | Bit63, MmioValue = 6, MmioGenLowEnd = 9,
    };

    private static readonly SpteLayout Ept71 = Ept72 with
    {
        Kernel = KvmKernel.V71, Xu = 0, HostWritable = 1UL << 57, MmuWritable = 1UL << 58,
        AdShift = 52, SavedBits = 1UL | 1UL << 2, SavedShift = 54, AccTrack = 7,
        FrozenValue = Bit63 | 0x5a0, MmioGenLowEnd = 10,
    };

    private static readonly SpteLayout Ept61 = Ept71 with
    {
        Kernel = KvmKernel.V61, Present = 0, SuppressVe = 0, NonPresentValue = 0, FrozenValue = 0x5a0, MmioMask = 7,
    };

    private static readonly SpteLayout Npt72 = new()
    {
        Kind = MmuKind.Npt, Kernel = KvmKernel.V72,
        Present = 1, User = 1UL << 2, Nx = Bit63, Xs = 0, Xu = 0,
        Accessed = 1UL << 5, Dirty = 1UL << 6, HostWritable = 1UL << 9, MmuWritable = 1UL << 10,
        AdShift = 60, SavedBits = 0, SavedShift = 0, AccTrack = 0,
        SuppressVe = 0, NonPresentValue = Bit63, FrozenValue = Bit63 | 0x1a0,
        MmioMask = 1UL << 51 | 1, MmioValue = 1UL << 51 | 1, MmioGenLowEnd = 9,
    };

    private static readonly SpteLayout Npt71 = Npt72 with
    {
        Kernel = KvmKernel.V71, AdShift = 52, FrozenValue = Bit63 | 0x5a0, MmioGenLowEnd = 10,
    };

    private static readonly SpteLayout Npt61 = Npt71 with { Kernel = KvmKernel.V61, NonPresentValue = 0, FrozenValue = 0x5a0 };

    private static readonly SpteLayout Shadow72 = Npt72 with { Kind = MmuKind.Shadow };

    private static readonly SpteLayout Shadow71 = Npt71 with { Kind = MmuKind.Shadow };

    private static readonly SpteLayout Shadow61 = Npt61 with { Kind = MmuKind.Shadow };
}
