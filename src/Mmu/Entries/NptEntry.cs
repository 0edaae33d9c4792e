namespace KvmTraceLab.Mmu.Entries;

/// <summary>
/// An entry of nested page tables (NPT12): the x86 long-mode format with AMD's reserved bits. Without GMET all walks are
/// user walks, so U=0 denies everything; with GMET U only says who may fetch.
/// </summary>
/// <param name="Value">The raw 64 bits.</param>
public readonly record struct NptEntry(ulong Value)
{
    private LegacyEntry Entry => new(Value);

    public bool IsPresent => Entry.IsPresent;

    public bool Writable => Entry.Writable;

    public bool User => Entry.User;

    public bool Nx => Entry.Nx;

    public Acc Access(MmuRole role) => Entry.Access(role);

    public bool HasReservedBits(MmuRole role, int level, int rootLevel = 4) => Entry.HasReservedBits(PagingFormat.Npt(role, rootLevel), level);

    /// <summary>Builds an entry from permission bits, for tables and tests.</summary>
    public static NptEntry From(bool present, bool write, bool user, bool nx) =>
        new((present ? 1UL : 0) | (write ? 2UL : 0) | (user ? 4UL : 0) | (nx ? LegacyEntry.NxBit : 0));
}
