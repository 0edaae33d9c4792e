namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>How the bits of a shadow page's role word were laid out by the kernel that wrote it.</summary>
public enum ShadowPageRoleLayout : byte
{
    /// <summary>Not told: the word of a record, or of the plugin's text, which does not know either.</summary>
    Unknown = 0,

    /// <summary>Linux 5.19 to 7.1: three access bits (exec, write, user).</summary>
    ThreeAccessBits = 1,

    /// <summary>Linux 7.2: four access bits (read, write, user, exec), all above moved up by one.</summary>
    FourAccessBits = 2,

    /// <summary>Linux 2.6.3x: <c>1/4</c> is level and guest levels.</summary>
    GuestLevels = 3,
}

/// <summary>Reading union kvm_mmu_page_role (arch/x86/include/asm/kvm_host.h).</summary>
public readonly record struct ShadowPageRole(uint Word, ShadowPageRoleLayout Layout)
{
    private int Shift => Layout == ShadowPageRoleLayout.FourAccessBits ? 1 : 0;

    public int Level => (int)(Word & 15);

    public bool HasFourByteGpte => Bit(4);

    public int Quadrant => (int)(Word >> 5 & 3);

    public bool IsDirect => Bit(7);

    /// <summary>ACC_* of the layout's kernel.</summary>
    public uint Access => Word >> 8 & (Shift == 1 ? 15u : 7u);

    public bool IsInvalid => Bit(11 + Shift);

    public bool EferNx => Bit(12 + Shift);

    public bool Cr0Wp => Bit(13 + Shift);

    public bool AdDisabled => Bit(16);

    public bool GuestMode => Bit(17);

    private bool Bit(int bit) => (Word >> bit & 1) != 0;
}
