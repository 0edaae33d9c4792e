using System.Globalization;

namespace KvmTraceLab.Mmu.Bits;

/// <summary>
/// The role word of a shadow page, <c>union kvm_mmu_page_role</c>, as <c>kvm_mmu_get_page</c> and its sisters record it (the
/// text that plugins make of it uses an older layout). Two layouts: 7.2, and 5.19 to 7.1.
/// </summary>
/// <param name="Word">The raw 32 bits.</param>
/// <param name="Kernel">Decides the layout.</param>
public readonly record struct PageRole(uint Word, KvmKernel Kernel)
{
    private static readonly BitField[] Low =
    [
        new("level", 0, 4, "level of the page table; 1 holds 4K mappings"),
        new("has_4_byte_gpte", 4, "the guest uses 32-bit paging"),
        new("quadrant", 5, 2, "which quarter of a 32-bit guest table"),
        new("direct", 7, "maps guest-physical memory directly: no guest table behind it"),
    ];

    private static readonly BitField[] High =
    [
        new("ad_disabled", 16, "accessed and dirty bits are off"),
        new("guest_mode", 17, "belongs to an L2 guest"),
        new("passthrough", 18, "adds a level that the guest's tables do not have"),
        new("is_mirror", 19, "mirrors tables of the TDX module"),
    ];

    private static readonly BitField SmmField = new("smm", 24, 8, "system management mode");

    private static readonly BitField[] Since72 =
    [
        .. Low,
        new("access", 8, 4, "ACC bits: 1 read, 2 write, 4 user (XU on EPT), 8 execute"),
        new("invalid", 12, "zapped, waiting to be freed"),
        new("efer_nx", 13, "EFER.NX"),
        new("cr0_wp", 14, "CR0.WP"),
        new("smap_andnot_wp", 15, "CR4.SMAP and not CR0.WP"),
        .. High,
        new("cr4_smep", 20, "CR4.SMEP; for EPT and NPT pages MBEC or GMET"),
        SmmField,
    ];

    private static readonly BitField[] Before72 =
    [
        .. Low,
        new("access", 8, 3, "ACC bits: 1 execute, 2 write, 4 user (readable on EPT)"),
        new("invalid", 11, "zapped, waiting to be freed"),
        new("efer_nx", 12, "EFER.NX"),
        new("cr0_wp", 13, "CR0.WP"),
        new("smep_andnot_wp", 14, "CR4.SMEP and not CR0.WP"),
        new("smap_andnot_wp", 15, "CR4.SMAP and not CR0.WP"),
        .. High,
        SmmField,
    ];

    /// <summary>The declaration of all fields of a kernel's layout.</summary>
    public static IReadOnlyList<BitField> Fields(KvmKernel kernel) => kernel.IsBefore72() ? Before72 : Since72;

    public int Level => (int)(Word & 15);

    public bool Direct => Bit(7);

    /// <summary>role.access in the kernel's own ACC numbering.</summary>
    public Acc Access => (Acc)(Word >> 8 & (Kernel.IsBefore72() ? 7u : 15u));

    public bool Invalid => Bit(Kernel.IsBefore72() ? 11 : 12);

    public bool EferNx => Bit(Kernel.IsBefore72() ? 12 : 13);

    public bool AdDisabled => Bit(16);

    public bool GuestMode => Bit(17);

    public bool Smm => Word >> 24 != 0;

    /// <summary>Bit 20 since 7.2: for EPT and NPT pages MBEC or GMET. Always false before.</summary>
    public bool Cr4Smep => !Kernel.IsBefore72() && Bit(20);

    private bool Bit(int n) => (Word >> n & 1) != 0;

    public BitReport Describe() => BitReport.From(
        $"kvm_mmu_page_role (Linux {Kernel.Spell()})", Word, Fields(Kernel),
        $"Level {Level} {(Direct ? "direct" : "shadow")} page{(GuestMode ? " of an L2 guest" : "")}{(Smm ? " in SMM" : "")}, access 0x{(int)Access:x}{(Invalid ? ", invalid" : "")}{(AdDisabled ? ", A/D off" : "")}{(Cr4Smep ? ", cr4_smep (MBEC or GMET for EPT and NPT)" : "")}.{Doubt()}");

    /// <summary>Page tables have up to five levels. Raw text prints the word in decimal, which is easily taken for hexadecimal.</summary>
    private string Doubt()
    {
        if (Level <= 5) return "";
        string digits = Word.ToString("x", CultureInfo.InvariantCulture);
        return uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out uint word) && (word & 15) <= 5
            ? $" No page table has level {Level}: if {digits} was a decimal number (role=… of raw text), write 0x{word:x}."
            : $" No page table has level {Level}.";
    }
}
