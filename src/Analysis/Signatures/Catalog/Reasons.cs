namespace KvmTraceLab.Analysis.Signatures.Catalog;

/// <summary>Report names of exits that several signatures ask for, of both vendors.</summary>
internal static class Reasons
{
    public static readonly string[] Io = ["IO_INSTRUCTION", "EXIT_IOIO"];
    public static readonly string[] Fault = ["EPT_VIOLATION", "EXIT_NPF"];
    public static readonly string[] Misconfig = ["EPT_MISCONFIG", "EXIT_NPF"];
    public static readonly string[] FaultOrMisconfig = ["EPT_VIOLATION", "EPT_MISCONFIG", "EXIT_NPF"];
    public static readonly string[] Halt = ["HLT", "EXIT_HLT", "EXIT_IDLE_HLT"];
    public static readonly string[] HostInterrupt = ["EXTERNAL_INTERRUPT", "EXIT_INTR"];
    public static readonly string[] Cpuid = ["CPUID", "EXIT_CPUID"];
    public static readonly string[] Rdtsc = ["RDTSC", "RDTSCP", "EXIT_RDTSC", "EXIT_RDTSCP"];
    public static readonly string[] Pause = ["PAUSE_INSTRUCTION", "EXIT_PAUSE"];
    public static readonly string[] Msr = ["MSR_WRITE", "EXIT_MSR"];
    public static readonly string[] Window = ["INTERRUPT_WINDOW", "NMI_WINDOW", "EXIT_VINTR", "EXIT_IRET"];
    public static readonly string[] Apic = ["APIC_ACCESS", "APIC_WRITE", "EOI_INDUCED", "TPR_BELOW_THRESHOLD", "EXIT_AVIC_UNACCELERATED_ACCESS", "EXIT_AVIC_INCOMPLETE_IPI", "EXIT_WRITE_CR8"];
    public static readonly string[] Vmcs = ["VMREAD", "VMWRITE"];
    public static readonly string[] Cr =
        ["CR_ACCESS", "TASK_SWITCH", "EXIT_TASK_SWITCH", "EXIT_READ_CR0", "EXIT_WRITE_CR0", "EXIT_READ_CR3", "EXIT_WRITE_CR3", "EXIT_READ_CR4", "EXIT_WRITE_CR4", "EXIT_CR0_SEL_WRITE"];

    /// <summary>Loops and single spots.</summary>
    public static readonly EvidenceScope[] Turns = [EvidenceScope.Loop, EvidenceScope.Spot];

    public static readonly EvidenceScope[] Loop = [EvidenceScope.Loop];

    public static readonly EvidenceScope[] Spot = [EvidenceScope.Spot];

    public static readonly EvidenceScope[] Vcpu = [EvidenceScope.Vcpu];

    public static readonly EvidenceScope[] Trace = [EvidenceScope.Trace];
}
