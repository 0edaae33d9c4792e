namespace KvmTraceLab.Mmu.Entries;

/// <summary>
/// What decides the reserved bits of an x86-format table: the input of <c>__reset_rsvds_bits_mask()</c>.
/// </summary>
/// <param name="RootLevel">2 for 32-bit paging, 3 for PAE, 4 or 5 for long mode and NPT.</param>
/// <param name="Nx">EFER.NX; without it bit 63 is reserved.</param>
/// <param name="MaxPhyAddr">Physical address width.</param>
/// <param name="Gbpages">1G pages are allowed.</param>
/// <param name="Pse">CR4.PSE: 4M pages in 32-bit paging.</param>
/// <param name="Amd">Upper entries reserve bit 8 (AMD).</param>
public sealed record PagingFormat(int RootLevel, bool Nx, int MaxPhyAddr = 46, bool Gbpages = true, bool Pse = true, bool Amd = false)
{
    /// <summary>The format of NPT12: 4 or 5 levels, AMD rules.</summary>
    public static PagingFormat Npt(MmuRole role, int rootLevel = 4) =>
        new(rootLevel, role.Nx, role.MaxPhyAddr, role.HugePageLevel >= 3, Amd: true);

    /// <summary>Bytes of one entry.</summary>
    public int EntrySize => RootLevel == 2 ? 4 : 8;

    /// <summary>Index bits at one level.</summary>
    public int IndexBits => RootLevel == 2 ? 10 : 9;

    /// <summary>The reserved bits of an entry at this level with this bit 7.</summary>
    public ulong ReservedMask(int level, bool pageSize)
    {
        ulong high = X86Entry.Bits(MaxPhyAddr, RootLevel == 3 ? 62 : 51) | (Nx ? 0 : 1UL << 63);
        ulong noGiant = Gbpages ? 0 : 1UL << 7;
        return (RootLevel, level, pageSize) switch
        {
            (2, 2, true) => Pse ? X86Entry.Bits(17, 21) : 0,
            (2, _, _) => 0,
            (3, 3, _) => 1UL << 63 | high | X86Entry.Bits(5, 8) | X86Entry.Bits(1, 2),
            (_, >= 4, _) => high | 1UL << 7 | (Amd ? 1UL << 8 : 0),
            (_, 3, true) => high | noGiant | X86Entry.Bits(13, 29),
            (_, 3, false) => high | noGiant,
            (_, 2, true) => high | X86Entry.Bits(13, 20),
            _ => high,
        };
    }
}
