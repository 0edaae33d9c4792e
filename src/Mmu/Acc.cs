namespace KvmTraceLab.Mmu;

/// <summary>
/// Permissions as the kernel's <c>ACC_*</c> bits, in the numbering of Linux 7.2 and later (arch/x86/kvm/mmu.h).
/// <see cref="User"/> and <see cref="UserExec"/> are the same bit: U on AMD and in shadow paging, XU on EPT.
/// Linux 7.1 and before numbered them differently: see <see cref="AccLayout.Before72"/>.
/// </summary>
[Flags]
public enum Acc : byte
{
    None = 0,

    /// <summary>ACC_READ_MASK: the P bit of x86 and NPT entries, the R bit of EPT entries.</summary>
    Read = 1,

    /// <summary>ACC_WRITE_MASK.</summary>
    Write = 2,

    /// <summary>ACC_USER_MASK: shadow paging and NPT.</summary>
    User = 4,

    /// <summary>ACC_USER_EXEC_MASK: EPT bit 10, XU.</summary>
    UserExec = 4,

    /// <summary>ACC_EXEC_MASK: EPT bit 2 (XS), or NX clear.</summary>
    Exec = 8,

    /// <summary>ACC_ALL.</summary>
    All = 15,
}
