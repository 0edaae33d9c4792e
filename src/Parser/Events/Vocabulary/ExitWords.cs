namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>Words for exit reasons, by architecture.</summary>
public static class ExitWords
{
    /// <summary>LoongArch, KVM_TRACE_EXIT_IDLE: the guest waits for an interrupt.</summary>
    public const uint LoongArchIdle = 64;

    /// <summary>MIPS, KVM_TRACE_EXIT_WAIT: the guest waits for an interrupt.</summary>
    public const uint MipsWait = 32;

    /// <summary>EXCCODE_* (arch/loongarch/include/asm/loongarch.h), then KVM_TRACE_EXIT_* (arch/loongarch/kvm/trace.h).</summary>
    public static SymbolicExitVocabulary LoongArch { get; } = new(
        Isa.LoongArch,
        new CodeWords(("IDLE", LoongArchIdle), ("CACHE", 65)),
        names: new CodeWords(
            ("INT", 0), ("PIL", 1), ("PIS", 2), ("PIF", 3), ("PME", 4), ("PNR", 5), ("PNX", 6), ("PPI", 7), ("ADE", 8), ("ALE", 9), ("BCE", 10), ("SYS", 11),
            ("BRK", 12), ("INE", 13), ("IPE", 14), ("FPD", 15), ("SXD", 16), ("ASXD", 17), ("FPE", 18), ("WATCH", 19), ("BTD", 20), ("BTE", 21), ("GSPR", 22), ("HVC", 23),
            ("GCM", 24)));

    /// <summary>KVM_TRACE_EXIT_* (arch/mips/kvm/trace.h); the first 32 are Cause.ExcCode, those from 64 on GuestCtl0.GExcCode.</summary>
    public static SymbolicExitVocabulary Mips { get; } = new(
        Isa.Mips,
        new CodeWords(
            ("Interrupt", 0), ("TLB Mod", 1), ("TLB Miss (LD)", 2), ("TLB Miss (ST)", 3), ("Address Error (LD)", 4), ("Address Err (ST)", 5), ("System Call", 8),
            ("Break Inst", 9), ("Reserved Inst", 10), ("COP0/1 Unusable", 11), ("Trap Inst", 13), ("MSA FPE", 14), ("FPE", 15), ("MSA Disabled", 21), ("Guest Exit", 27),
            ("WAIT", MipsWait), ("CACHE", 33), ("Signal", 34), ("GPSI", 64), ("GSFC", 65), ("HC", 66), ("GRR", 67), ("GVA", 72), ("GHFC", 73), ("GPA", 74)),
        readsNumbers: false);

    /// <summary>Interrupt vectors of 64-bit server PowerPC (arch/powerpc/kvm/trace_book3s.h).</summary>
    public static SymbolicExitVocabulary Book3s { get; } = new(
        Isa.Book3s,
        new CodeWords(
            ("SYSTEM_RESET", 0x100), ("MACHINE_CHECK", 0x200), ("DATA_STORAGE", 0x300), ("DATA_SEGMENT", 0x380), ("INST_STORAGE", 0x400), ("INST_SEGMENT", 0x480),
            ("EXTERNAL", 0x500), ("EXTERNAL_LEVEL", 0x501), ("EXTERNAL_HV", 0x502), ("ALIGNMENT", 0x600), ("PROGRAM", 0x700), ("FP_UNAVAIL", 0x800),
            ("DECREMENTER", 0x900), ("HV_DECREMENTER", 0x980), ("SYSCALL", 0xc00), ("TRACE", 0xd00), ("H_DATA_STORAGE", 0xe00), ("H_INST_STORAGE", 0xe20),
            ("H_EMUL_ASSIST", 0xe40), ("H_VIRT", 0xea0), ("PERFMON", 0xf00), ("ALTIVEC", 0xf20), ("VSX", 0xf40)),
        names: new CodeWords(
            ("RETURN_TO_HOST", 0), ("DOORBELL", 0xa00), ("HMI", 0xe60), ("H_DOORBELL", 0xe80), ("FAC_UNAVAIL", 0xf60), ("H_FAC_UNAVAIL", 0xf80)));

    /// <summary>BOOKE_INTERRUPT_* of embedded PowerPC (arch/powerpc/kvm/trace_booke.h).</summary>
    public static SymbolicExitVocabulary Booke { get; } = new(
        Isa.Booke,
        new CodeWords(
            ("CRITICAL", 0), ("MACHINE_CHECK", 1), ("DATA_STORAGE", 2), ("INST_STORAGE", 3), ("EXTERNAL", 4), ("ALIGNMENT", 5), ("PROGRAM", 6), ("FP_UNAVAIL", 7),
            ("SYSCALL", 8), ("AP_UNAVAIL", 9), ("DECREMENTER", 10), ("FIT", 11), ("WATCHDOG", 12), ("DTLB_MISS", 13), ("ITLB_MISS", 14), ("DEBUG", 15),
            ("SPE_UNAVAIL", 32), ("SPE_FP_DATA", 33), ("SPE_FP_ROUND", 34), ("PERFORMANCE_MONITOR", 35), ("DOORBELL", 36), ("DOORBELL_CRITICAL", 37),
            ("GUEST_DBELL", 38), ("GUEST_DBELL_CRIT", 39), ("HV_SYSCALL", 40), ("HV_PRIV", 41)));

    /// <summary>The words of an architecture that prints one for a number; null where it has another way.</summary>
    internal static SymbolicExitVocabulary? Of(Isa isa) => isa switch
    {
        Isa.LoongArch => LoongArch,
        Isa.Mips => Mips,
        Isa.Book3s => Book3s,
        Isa.Booke => Booke,
        _ => null,
    };
}
