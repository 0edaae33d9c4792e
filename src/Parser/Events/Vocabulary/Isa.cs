namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>Whose exit reasons a number belongs to; the kernel's <c>isa</c> field of kvm_exit for the first two.</summary>
public enum Isa : byte
{
    Unknown = 0,

    /// <summary>KVM_ISA_VMX.</summary>
    Vmx = 1,

    /// <summary>KVM_ISA_SVM.</summary>
    Svm = 2,

    /// <summary>arm64's kvm events; not a kernel value, and far from those: x86 may get further ones.</summary>
    Arm64 = 64,

    /// <summary>RISC-V's kvm events; no kernel value.</summary>
    Riscv = 65,

    /// <summary>LoongArch's kvm events; no kernel value.</summary>
    LoongArch = 66,

    /// <summary>s390's SIE events; no kernel value.</summary>
    S390 = 67,

    /// <summary>PowerPC, server (Book III-S), both kvm_hv's and kvm_pr's events; no kernel value.</summary>
    Book3s = 68,

    /// <summary>PowerPC, embedded (Book III-E), whose numbers are others; no kernel value.</summary>
    Booke = 69,

    /// <summary>MIPS; no kernel value.</summary>
    Mips = 70,
}
