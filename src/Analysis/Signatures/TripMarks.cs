namespace KvmTraceLab.Analysis.Signatures;

/// <summary>What happened between an exit and the next entry, one bit each: the letters that signatures are spelled with.</summary>
[Flags]
public enum TripMarks : ulong
{
    None = 0,

    /// <summary>kvm_page_fault.</summary>
    PageFault = 1UL << 0,
    /// <summary>The fault was an instruction fetch.</summary>
    FetchFault = 1UL << 1,
    /// <summary>The fault was a write.</summary>
    WriteFault = 1UL << 2,
    /// <summary>The code of the fault names the reverse map (SEV-SNP: RMP, size or VMPL bit).</summary>
    RmpFault = 1UL << 3,
    /// <summary>An SPTE was set or changed.</summary>
    SpteSet = 1UL << 4,
    /// <summary>A mapping was asked for (kvm_mmu_spte_requested).</summary>
    SpteRequested = 1UL << 5,
    /// <summary>fast_page_fault that fixed the fault or found it spurious.</summary>
    FastFaultDone = 1UL << 6,
    /// <summary>fast_page_fault that did neither.</summary>
    FastFaultFailed = 1UL << 7,
    /// <summary>kvm_emulate_insn.</summary>
    Emulate = 1UL << 8,
    /// <summary>kvm_emulate_insn that failed.</summary>
    EmulateFailed = 1UL << 9,
    /// <summary>kvm_emulate_insn without instruction bytes.</summary>
    EmulateNoBytes = 1UL << 10,
    /// <summary>The emulated instruction is REP MOVS (f3 a4, f3 a5).</summary>
    RepMovs = 1UL << 11,
    /// <summary>The emulated instruction is RSM (0f aa).</summary>
    Rsm = 1UL << 12,
    InjectUd = 1UL << 13,
    InjectGp = 1UL << 14,
    /// <summary>An exception was injected with an error code that is not zero.</summary>
    InjectErrorCode = 1UL << 15,
    /// <summary>An exception or interrupt was injected again (<c>[reinjected]</c>).</summary>
    Reinjected = 1UL << 16,
    InjectIrq = 1UL << 17,
    Pio = 1UL << 18,
    Mmio = 1UL << 19,
    FastMmio = 1UL << 20,
    /// <summary>MMIO within the HPET's page (0xfed00000).</summary>
    Hpet = 1UL << 21,
    MsrRead = 1UL << 22,
    MsrWrite = 1UL << 23,
    MsrGp = 1UL << 24,
    /// <summary>A write of TSC_DEADLINE (0x6e0).</summary>
    TscDeadline = 1UL << 25,
    /// <summary>An access to a performance-counter MSR.</summary>
    PmuMsr = 1UL << 26,
    /// <summary>kvm_userspace_exit, whatever its reason.</summary>
    Userspace = 1UL << 27,
    UserHlt = 1UL << 28,
    UserInternalError = 1UL << 29,
    UserIoapicEoi = 1UL << 30,
    /// <summary>KVM_EXIT_SHUTDOWN: a triple fault.</summary>
    UserShutdown = 1UL << 57,
    UserNisv = 1UL << 31,
    /// <summary>KVM_RUN failed with EFAULT (14).</summary>
    UserFault = 1UL << 32,
    NestedExit = 1UL << 33,
    NestedInject = 1UL << 34,
    /// <summary>L0 handed an external interrupt to L1.</summary>
    NestedInjectIrq = 1UL << 35,
    NestedEnter = 1UL << 36,
    /// <summary>The exit broke into the delivery of an exception (IDT-vectoring information, EXITINTINFO).</summary>
    VectoringException = 1UL << 37,
    /// <summary>The exit broke into the delivery of an interrupt or NMI.</summary>
    VectoringInterrupt = 1UL << 38,
    IrqRaised = 1UL << 39,
    IrqLowered = 1UL << 40,
    /// <summary>The guest wrote the APIC's EOI register, or kvm_eoi.</summary>
    Eoi = 1UL << 41,
    Apic = 1UL << 42,
    PleGrown = 1UL << 43,
    DirtyRing = 1UL << 44,
    SmmEnter = 1UL << 45,
    /// <summary>A walk ended with a reserved bit set in a present entry.</summary>
    WalkReserved = 1UL << 46,
    /// <summary>A walk read a 1 GiB entry (PS at level 3).</summary>
    HugeEntry = 1UL << 47,
    /// <summary>The exit is a #UD (EXCEPTION_NMI with 0x80000306, or UD excp).</summary>
    ExitIsUd = 1UL << 48,
    /// <summary>The exit is an NMI.</summary>
    ExitIsNmi = 1UL << 49,
    /// <summary>L0 unmapped host pages meanwhile (kvm_unmap_hva_range on any thread).</summary>
    HostUnmap = 1UL << 50,
    /// <summary>Any event of the system kvmmmu.</summary>
    MmuEvent = 1UL << 51,
    Wakeup = 1UL << 52,
    /// <summary>A walk of the guest's tables failed (kvm_mmu_walker_error).</summary>
    WalkError = 1UL << 54,
    /// <summary>kvm_inj_exception.</summary>
    InjectException = 1UL << 55,
    /// <summary>The exit is a #PF (shadow paging).</summary>
    ExitIsPf = 1UL << 56,
    /// <summary>kvm_wait_lapic_expire: the timer fired more than a million TSC cycles before its deadline.</summary>
    TimerEarly = 1UL << 58,
    /// <summary>A shadow page was found or made (kvm_mmu_get_page).</summary>
    ShadowPage = 1UL << 53,
}
