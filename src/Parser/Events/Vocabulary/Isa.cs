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
}
