namespace KvmTraceLab.Mmu;

/// <summary>
/// A page fault error code with the kernel's <c>PFERR_*</c> bits (asm/kvm_host.h): the x86 #PF error code in 0–15,
/// the SVM nested-page-fault bits in 31–37, and KVM's synthetic bits from 48 on.
/// </summary>
[Flags]
public enum PageAccess : ulong
{
    /// <summary>A supervisor data read.</summary>
    None = 0,

    /// <summary>PFERR_PRESENT_MASK: the entry was present, permission was missing.</summary>
    Present = 1UL << 0,
    Write = 1UL << 1,

    /// <summary>PFERR_USER_MASK: CPL 3 in shadow paging and NPT; the U bit of the guest page on EPT with MBEC; "a read" on EPT before 7.2.</summary>
    User = 1UL << 2,

    /// <summary>PFERR_RSVD_MASK. In a look-up of <see cref="PermissionTable"/> the same bit means "SMAP is off", see <see cref="PageAccesses.WithEflagsAc"/>.</summary>
    Rsvd = 1UL << 3,
    Fetch = 1UL << 4,
    ProtectionKey = 1UL << 5,
    ShadowStack = 1UL << 6,
    Sgx = 1UL << 15,
    GuestRmp = 1UL << 31,

    /// <summary>PFERR_GUEST_FINAL_MASK: the nested fault is on the final address.</summary>
    GuestFinal = 1UL << 32,

    /// <summary>PFERR_GUEST_PAGE_MASK: the nested fault is on a guest page table.</summary>
    GuestPage = 1UL << 33,
    GuestEncrypted = 1UL << 34,
    GuestSizeMismatch = 1UL << 35,
    GuestVmpl = 1UL << 36,

    /// <summary>Supervisor shadow stack, from the APM; KVM does not use it.</summary>
    GuestSupervisorShadowStack = 1UL << 37,

    /// <summary>PFERR_IMPLICIT_ACCESS, synthetic: a supervisor access that EFLAGS.AC cannot excuse from SMAP.</summary>
    ImplicitAccess = 1UL << 48,

    /// <summary>PFERR_PRIVATE_ACCESS, synthetic: an access to private memory of a confidential VM.</summary>
    PrivateAccess = 1UL << 49,
}
