namespace KvmTraceLab.Mmu.Bits;

/// <summary>
/// EXITINFO1 of an SVM nested page fault, equally KVM's PFERR_* and (low 16 bits) the x86 #PF error code. It is what
/// <c>kvm_page_fault error_code</c> holds on SVM and in shadow paging.
/// </summary>
/// <param name="Value">The raw 64 bits.</param>
public readonly record struct NpfErrorCode(ulong Value)
{
    public static IReadOnlyList<BitField> Fields { get; } =
    [
        new("PFERR_PRESENT_MASK", 0, "the entry was present: a permission was missing"),
        new("PFERR_WRITE_MASK", 1, "the access was a write"),
        new("PFERR_USER_MASK", 2, "a user access; without GMET every nested walk counts as one"),
        new("PFERR_RSVD_MASK", 3, "an entry had a reserved bit set (how KVM marks cached MMIO)"),
        new("PFERR_FETCH_MASK", 4, "the access was an instruction fetch"),
        new("PFERR_PK_MASK", 5, "a protection key forbids it"),
        new("PFERR_SS_MASK", 6, "a shadow-stack access"),
        new("PFERR_SGX_MASK", 15, "SGX access control forbids it"),
        new("PFERR_GUEST_RMP_MASK", 31, "the reverse map table (SEV-SNP) forbids it"),
        new("PFERR_GUEST_FINAL_MASK", 32, "the fault is on the final guest-physical address"),
        new("PFERR_GUEST_PAGE_MASK", 33, "the fault is on a guest page table"),
        new("PFERR_GUEST_ENC_MASK", 34, "the access was to encrypted memory"),
        new("PFERR_GUEST_SIZEM_MASK", 35, "page size mismatch between RMP and nested page table"),
        new("PFERR_GUEST_VMPL_MASK", 36, "the VMPL permissions forbid it"),
        new("PFERR_GUEST_SSS_MASK", 37, "a supervisor shadow-stack access"),
        new("PFERR_IMPLICIT_ACCESS", 48, "synthetic: an implicit supervisor access"),
        new("PFERR_PRIVATE_ACCESS", 49, "synthetic: an access to private memory"),
    ];

    public PageAccess Access => (PageAccess)Value;

    /// <summary>Bits by name and a sentence, as a nested page fault.</summary>
    public BitReport Describe() => Describe("SVM nested page fault EXITINFO1 (PFERR)", "nested page fault");

    /// <summary>Bits by name and a sentence, as an x86 #PF error code.</summary>
    public BitReport DescribePageFault() => Describe("x86 #PF error code", "page fault");

    private BitReport Describe(string what, string fault)
    {
        string where = (Access & PageAccesses.Stage) switch
        {
            PageAccess.GuestFinal => " on the final guest-physical address",
            PageAccess.GuestPage => " on a guest page table",
            _ => "",
        };
        string why = Access.Has(PageAccess.Rsvd) ? "a reserved bit is set"
            : Access.Has(PageAccess.Present) ? "the page is mapped without that permission"
            : "nothing is mapped";
        return BitReport.From(what, Value, Fields, $"{fault}: a {Access.Spell()}{where}; {why}.");
    }
}
