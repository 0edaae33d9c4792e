namespace KvmTraceLab.Mmu.Bits;

/// <summary>
/// The exit qualification of an EPT violation (EPT_VIOLATION_* in asm/vmx.h; bits 13–16 from the SDM alone). It is what
/// <c>kvm_page_fault error_code</c> holds on VMX, in every kernel.
/// </summary>
/// <param name="Value">The raw 64 bits.</param>
public readonly record struct ExitQualification(ulong Value)
{
    /// <summary>The declaration of all fields.</summary>
    public static IReadOnlyList<BitField> Fields { get; } =
    [
        new("EPT_VIOLATION_ACC_READ", 0, "the access was a data read"),
        new("EPT_VIOLATION_ACC_WRITE", 1, "the access was a data write"),
        new("EPT_VIOLATION_ACC_INSTR", 2, "the access was an instruction fetch"),
        new("EPT_VIOLATION_PROT_READ", 3, "every EPT entry of the walk was readable"),
        new("EPT_VIOLATION_PROT_WRITE", 4, "every EPT entry of the walk was writable"),
        new("EPT_VIOLATION_PROT_EXEC", 5, "every EPT entry of the walk was executable (by supervisor pages, where MBEC is on)"),
        new("EPT_VIOLATION_PROT_USER_EXEC", 6, "every EPT entry of the walk was executable from user pages; undefined unless MBEC is on"),
        new("EPT_VIOLATION_GVA_IS_VALID", 7, "the guest linear address is valid"),
        new("EPT_VIOLATION_GVA_TRANSLATED", 8, "the fault is on the final translation, not on a guest page table"),
        new("EPT_VIOLATION_GVA_USER", 9, "the guest page is a user page (with bits 7 and 8 set, and advanced EPT-violation information)"),
        new("EPT_VIOLATION_GVA_WRITABLE", 10, "the guest page is writable (under the same conditions)"),
        new("EPT_VIOLATION_GVA_NX", 11, "the guest page is execute-disabled (under the same conditions)"),
        new("NMI_UNBLOCKING_DUE_TO_IRET", 12, "an IRET had unblocked NMIs before the fault"),
        new("SHADOW_STACK_ACCESS", 13, "the access was a shadow-stack access"),
        new("SUPERVISOR_SHADOW_STACK_PAGE", 14, "the EPT leaf marks a supervisor shadow-stack page (bit 60)"),
        new("GUEST_PAGING_VERIFICATION", 15, "guest-paging verification failed"),
        new("ASYNCHRONOUS", 16, "the access was not part of the instruction (trace output, posted write)"),
    ];

    public bool Read => Bit(0);

    public bool Write => Bit(1);

    public bool Fetch => Bit(2);

    public bool ProtRead => Bit(3);

    public bool ProtWrite => Bit(4);

    public bool ProtExec => Bit(5);

    public bool ProtUserExec => Bit(6);

    public bool GvaValid => Bit(7);

    public bool GvaTranslated => Bit(8);

    /// <summary>Bit 9, but only where it is defined: bits 7 and 8 are set.</summary>
    public bool UserPage => GvaValid && GvaTranslated && Bit(9);

    /// <summary>The AND of the entries' permissions, as ACC bits of 7.2 EPT (PROT_USER_EXEC is XU).</summary>
    public Acc Prot => (ProtRead ? Acc.Read : Acc.None) | (ProtWrite ? Acc.Write : Acc.None) | (ProtExec ? Acc.Exec : Acc.None) | (ProtUserExec ? Acc.UserExec : Acc.None);

    private bool Bit(int n) => (Value >> n & 1) != 0;

    /// <summary>All set bits by name, and a sentence.</summary>
    public BitReport Describe()
    {
        string what = (Read, Write, Fetch) switch
        {
            (true, true, _) => "a read-modify-write",
            (_, true, _) => "a write",
            (_, _, true) => UserPage ? "an instruction fetch from a user page" : "an instruction fetch",
            (true, _, _) => "a read",
            _ => "an access of unknown kind",
        };
        string where = !GvaValid ? "(no linear address)" : GvaTranslated ? "to the final guest-physical address" : "to a guest page table";
        string prot = (Value & 0x78) == 0
            ? "nothing was mapped"
            : $"EPT granted {(ProtRead ? "r" : "-")}{(ProtWrite ? "w" : "-")}{(ProtExec ? "x" : "-")}{(ProtUserExec ? " and user-execute" : "")}";
        return BitReport.From("VMX EPT-violation exit qualification", Value, Fields, $"EPT violation: {what} {where}; {prot}.");
    }
}
