namespace KvmTraceLab.Mmu;

/// <summary>
/// Conversions between the codes hardware reports, the PFERR bits KVM's MMU works with, and the codes KVM injects into L1.
/// Each method restates one kernel function; addresses and memory are not involved.
/// </summary>
public static class FaultCode
{
    /// <summary>EXIT_REASON_EPT_VIOLATION.</summary>
    public const int EptViolation = 48;

    /// <summary>EXIT_REASON_EPT_MISCONFIG.</summary>
    public const int EptMisconfig = 49;

    /// <summary>SVM_EXIT_NPF.</summary>
    public const int Npf = 0x400;

    /// <summary>
    /// <c>__vmx_handle_ept_violation()</c>: an EPT-violation exit qualification as PFERR bits. <paramref name="mbec"/> is whether
    /// the current MMU has MBEC. Before 7.2 USER meant "a read"; up to 6.1 a stage bit was set even without a valid GVA.
    /// </summary>
    public static PageAccess FromExitQualification(ulong qualification, KvmKernel kernel, bool mbec)
    {
        bool Bit(int n) => (qualification >> n & 1) != 0;
        bool old = kernel.IsBefore72();
        bool gvaValid = Bit(7), final = Bit(8);
        PageAccess access = PageAccess.None
            .With(PageAccess.Write, Bit(1))
            .With(PageAccess.Fetch, Bit(2))
            .With(PageAccess.Present, Bit(3) || Bit(4) || Bit(5) || (!old && mbec && Bit(6)))
            .With(PageAccess.User, old ? Bit(0) : gvaValid && final && Bit(9));
        return gvaValid || kernel == KvmKernel.V61
            ? access | (final ? PageAccess.GuestFinal : PageAccess.GuestPage)
            : access;
    }

    /// <summary>
    /// <c>npf_interception()</c> since 7.2: with GMET in the current VMCB, EXITINFO1.U of a fetch may be wrong (erratum 1218), so
    /// KVM replaces it by CPL = 3. SEV-ES guests hide their CPL and keep the raw bit.
    /// </summary>
    public static PageAccess Erratum1218(PageAccess exitInfo1, bool sevEs, bool gmet, int cpl) =>
        !sevEs && gmet && exitInfo1.Has(PageAccess.Fetch) ? exitInfo1.With(PageAccess.User, cpl == 3) : exitInfo1;

    /// <summary>
    /// <c>vmx_translate_nested_gpa()</c>: the access with which KVM walks EPT12 on behalf of L2. The caller's U goes; it returns
    /// only for the final address of a guest translation whose pages all had U=1. Before 7.2 every walk was a user walk.
    /// </summary>
    public static PageAccess TranslateNestedGpaVmx(PageAccess access, Acc pteAccess, KvmKernel kernel = KvmKernel.V72) =>
        kernel.IsBefore72()
            ? access | PageAccess.User
            : access.With(PageAccess.User, (pteAccess & Acc.User) != Acc.None && access.Has(PageAccess.GuestFinal));

    /// <summary><c>svm_translate_nested_gpa()</c>: walks of NPT12 are user walks, unless L1 uses GMET.</summary>
    public static PageAccess TranslateNestedGpaSvm(PageAccess access, bool gmet12, KvmKernel kernel = KvmKernel.V72) =>
        gmet12 && !kernel.IsBefore72() ? access : access | PageAccess.User;

    /// <summary>
    /// The exit qualification that <c>walk_addr_generic()</c> and <c>nested_ept_inject_page_fault()</c> build for L1: 2:0 from the
    /// access, 5:3 (and 6 with MBEC12) the AND of the EPT12 entries; for software walks 7 is set, and 8 unless a guest table was accessed,
    /// and 11:9 are unknown. A fault that hardware found keeps its 11:7, also where it had no linear address.
    /// </summary>
    /// <param name="role">The EPT12 MMU.</param>
    /// <param name="effectiveEntry">The AND of the raw entries walked; 0 in 2:0 when one was not present.</param>
    /// <param name="access">The access, with its stage bit.</param>
    /// <param name="hardware">vmcs02's real qualification when hardware found the fault: bits 11:7 are its own (11:9 since 7.2, where L1 has advanced information; the caller masks them). Null for a software walk.</param>
    public static ulong InjectedExitQualification(MmuRole role, ulong effectiveEntry, PageAccess access, ulong? hardware = null)
    {
        ulong kind;
        if (role.Kernel.IsBefore72())
        {
            kind = (access.Has(PageAccess.User) ? 1UL : 0) | (access.Has(PageAccess.Write) ? 2UL : 0) | (access.Has(PageAccess.Fetch) ? 4UL : 0);
        }
        else
        {
            kind = access.Has(PageAccess.Write) ? 2UL : access.Has(PageAccess.Fetch) ? 4UL : 1UL;
            if (access.Has(PageAccess.GuestPage))
                kind |= 1;
        }

        ulong prot = (effectiveEntry & 7) << 3 | (role.MbecInForce ? effectiveEntry >> 4 & 1UL << 6 : 0);
        ulong stage = hardware & 0xf80 ?? (1UL << 7 | (access.Has(PageAccess.GuestPage) ? 0 : 1UL << 8));
        return kind | prot | stage;
    }

    /// <summary>
    /// EXITINFO1 that <c>nested_svm_inject_npf_exit()</c> gives L1: the #PF-like code plus one stage bit; final is assumed when
    /// not exactly one is known.
    /// </summary>
    /// <param name="role">The NPT12 MMU; <see cref="MmuRole.HasPferrFetch"/> decides about the I/D bit.</param>
    /// <param name="access">The access, with its stage bit.</param>
    /// <param name="present">A permission (or reserved bit) fault on a present entry.</param>
    /// <param name="reserved">The entry has a reserved bit set.</param>
    public static PageAccess InjectedExitInfo(MmuRole role, PageAccess access, bool present, bool reserved)
    {
        PageAccess stage = access & PageAccesses.Stage;
        if (stage is not (PageAccess.GuestFinal or PageAccess.GuestPage))
            stage = PageAccess.GuestFinal;
        return PageFaultCode(role, access, present, reserved) | stage;
    }

    /// <summary>The x86 #PF error code of <c>walk_addr_generic()</c>: P, W, U, RSVD and, where the role has it, I/D.</summary>
    public static PageAccess PageFaultCode(MmuRole role, PageAccess access, bool present, bool reserved) =>
        (access & (PageAccess.Write | PageAccess.User))
            .With(PageAccess.Fetch, access.Has(PageAccess.Fetch) && role.HasPferrFetch)
            .With(PageAccess.Present, present || reserved)
            .With(PageAccess.Rsvd, reserved);
}
