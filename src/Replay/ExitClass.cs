using KvmTraceLab.Parser.Events.Kvm;
using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Replay;

/// <summary>Classes of exit reasons that several analyses need.</summary>
public static class ExitClass
{
    /// <summary>The host's own interrupts, NMIs and timers: they say nothing of the guest.</summary>
    public static bool IsHostInterrupt(Isa isa, uint reason, in KvmExit exit) => isa switch
    {
        Isa.Svm => reason is 0x60 or 0x61 or 0x62, // INTR, NMI, SMI
        Isa.Vmx => reason is VmxExitReason.ExternalInterrupt or VmxExitReason.PreemptionTimer || (reason == VmxExitReason.ExceptionNmi && IsNmi(exit)),
        _ => false,
    };

    /// <summary>HLT (and SVM's idle HLT): the time until entry is idle.</summary>
    public static bool IsHalt(Isa isa, uint reason) => isa switch
    {
        Isa.Svm => reason is SvmExitCode.Hlt or 0xa6,
        Isa.Vmx => reason is VmxExitReason.Hlt,
        _ => false,
    };

    public static bool IsNestedFault(Isa isa, uint reason) => isa switch
    {
        Isa.Svm => reason is SvmExitCode.Npf,
        Isa.Vmx => reason is VmxExitReason.EptViolation or VmxExitReason.EptMisconfig,
        _ => false,
    };

    /// <summary>VM-exit interruption information of type 2 (NMI): intr_info where the kernel prints it, else the old info2.</summary>
    private static bool IsNmi(in KvmExit exit)
    {
        var info = exit.HasIntrInfo ? exit.IntrInfo : (uint)exit.Info2;
        return (info & 0x8000_0700) == 0x8000_0200;
    }
}
