using KvmTraceLab.Parser.Events.Kvm;
using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Replay;

/// <summary>Classes of exit reasons that several analyses need.</summary>
public static class ExitClass
{
    /// <summary>The host's own interrupts, NMIs and timers: they say nothing of the guest.</summary>
    public static bool IsHostInterrupt(Isa isa, uint reason, in KvmExit exit) =>
        IsHostInterrupt(isa, reason) || (isa == Isa.Vmx && reason == VmxExitReason.ExceptionNmi && IsNmi(exit));

    /// <summary>As far as the reason alone tells: VMX has one for all exceptions, NMIs among them. arm64's IRQ is told as what it is.</summary>
    public static bool IsHostInterrupt(Isa isa, uint reason) => isa switch
    {
        Isa.Svm => reason is 0x60 or 0x61 or 0x62, // INTR, NMI, SMI
        Isa.Vmx => reason is VmxExitReason.ExternalInterrupt or VmxExitReason.PreemptionTimer,
        Isa.Riscv => RiscvExitVocabulary.IsInterrupt(reason),
        Isa.LoongArch or Isa.Mips => reason == 0, // INT, Interrupt
        Isa.S390 => reason == S390ExitVocabulary.HostInterruption,
        Isa.Book3s => reason is 0x500 or 0x501 or 0x502 or 0x900 or 0x980 or 0xe60 or 0xe80 or 0xea0 or 0xf00, // EXTERNAL, DECREMENTER, HMI, H_DOORBELL, H_VIRT, PERFMON
        Isa.Booke => reason is 4 or 10 or 11 or 12 or 35 or 36, // EXTERNAL, DECREMENTER, FIT, WATCHDOG, PERFORMANCE_MONITOR, DOORBELL
        _ => false,
    };

    /// <summary>HLT (and SVM's idle HLT): the time until entry is idle.</summary>
    public static bool IsHalt(Isa isa, uint reason) => isa switch
    {
        Isa.Svm => reason is SvmExitCode.Hlt or 0xa6,
        Isa.Vmx => reason is VmxExitReason.Hlt,
        Isa.LoongArch => reason is ExitWords.LoongArchIdle,
        Isa.Mips => reason is ExitWords.MipsWait,
        Isa.S390 => reason is S390ExitVocabulary.WaitState,
        _ => false,
    };

    public static bool IsNestedFault(Isa isa, uint reason) => isa switch
    {
        Isa.Svm => reason is SvmExitCode.Npf,
        Isa.Vmx => reason is VmxExitReason.EptViolation or VmxExitReason.EptMisconfig,
        _ => false,
    };

    /// <summary>
    /// Exits that KVM takes because of the way it pages or delivers interrupts, whatever the guest does: #PF, CR3 and INVLPG
    /// under shadow paging, nested faults under nested paging, interrupt windows. On VMX all exceptions, since the vector is not always traced.
    /// </summary>
    public static bool IsOfThePaging(HostTrip trip)
    {
        ArgumentNullException.ThrowIfNull(trip);
        return IsNestedFault(trip.Isa, trip.Reason) || trip.Isa switch
        {
            Isa.Svm => trip.Reason is 0x03 or 0x13 or 0x4e or 0x64 or 0x79, // READ_CR3, WRITE_CR3, EXCP_PF, VINTR, INVLPG
            Isa.Vmx => trip.Reason is VmxExitReason.ExceptionNmi or 7 or 14 || // INTERRUPT_WINDOW, INVLPG
                       (trip.Reason == VmxExitReason.CrAccess && (trip.Detail == TripDetail.Cr ? trip.DetailValue == 3 : (trip.Info1 & 0xf) == 3)),
            _ => false,
        };
    }

    /// <summary>VM-exit interruption information of type 2 (NMI): intr_info where the kernel prints it, else the old info2.</summary>
    private static bool IsNmi(in KvmExit exit)
    {
        var info = exit.HasIntrInfo ? exit.IntrInfo : (uint)exit.Info2;
        return (info & 0x8000_0700) == 0x8000_0200;
    }
}
