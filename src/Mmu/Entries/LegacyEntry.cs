namespace KvmTraceLab.Mmu.Entries;

/// <summary>
/// An entry of guest x86 page tables (32-bit entries zero-extended): P 0, W 1, U 2, A 5, D 6, PS 7, NX 63, as the 32- and
/// 64-bit flavours of paging_tmpl.h read it.
/// </summary>
/// <param name="Value">The raw bits.</param>
public readonly record struct LegacyEntry(ulong Value)
{
    public const ulong NxBit = 1UL << 63;

    public bool IsPresent => (Value & 1) != 0;

    public bool Writable => (Value & 2) != 0;

    public bool User => (Value & 4) != 0;

    public bool PageSize => (Value & 1UL << 7) != 0;

    public bool Nx => (Value & NxBit) != 0;

    /// <summary><c>gpte_access()</c> in the numbering of the role.</summary>
    public Acc Access(MmuRole role) => role.Layout.Combine(IsPresent, Writable, User, !Nx, userExec: false);

    /// <summary><c>is_last_gpte()</c>: level 1, or bit 7 where this level may map a page.</summary>
    public bool IsLeaf(PagingFormat format, int level) =>
        level == 1 || (PageSize && level <= (format.RootLevel switch { 2 => format.Pse ? 2 : 1, 3 => 2, _ => 3 }));

    public bool HasReservedBits(PagingFormat format, int level) => (Value & format.ReservedMask(level, PageSize)) != 0;

    /// <summary>The table or page address. A 4M page of 32-bit paging takes bits 39:32 from entry bits 20:13 (PSE-36).</summary>
    public ulong Address(PagingFormat format, int level)
    {
        if (format.RootLevel != 2)
            return Value & X86Entry.AddressMask(IsLeaf(format, level) ? level : 1);
        return level == 2 && IsLeaf(format, level)
            ? Value & 0xffc0_0000 | (Value >> 13 & 0xff) << 32
            : Value & 0xffff_f000;
    }
}
