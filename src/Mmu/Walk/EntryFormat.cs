using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Mmu.Walk;

/// <summary>What the walker must know of a table format; the counterpart of paging_tmpl.h's PTTYPE.</summary>
internal abstract class EntryFormat
{
    public virtual int EntrySize => 8;

    public virtual int IndexBits => 9;

    /// <summary>XORed before entries are ANDed, so that NX accumulates like a permission (<c>walk_nx_mask</c>).</summary>
    public abstract ulong Inverted { get; }

    public abstract bool IsPresent(ulong entry);

    public abstract bool IsReserved(ulong entry, int level);

    public abstract bool IsLeaf(ulong entry, int level);

    public abstract ulong Address(ulong entry, int level);

    public abstract Acc Access(ulong entry);

    internal sealed class Ept(MmuRole role) : EntryFormat
    {
        public override ulong Inverted => 0;

        public override bool IsPresent(ulong entry) => new EptEntry(entry).IsPresent(role);

        public override bool IsReserved(ulong entry, int level) => new EptEntry(entry).IsMisconfigured(role, level);

        public override bool IsLeaf(ulong entry, int level) => new EptEntry(entry).IsLeaf(level);

        public override ulong Address(ulong entry, int level) => new EptEntry(entry).Address(level);

        public override Acc Access(ulong entry) => new EptEntry(entry).Access(role);
    }

    internal sealed class X86(MmuRole role, PagingFormat format) : EntryFormat
    {
        public override int EntrySize => format.EntrySize;

        public override int IndexBits => format.IndexBits;

        public override ulong Inverted => LegacyEntry.NxBit;

        public override bool IsPresent(ulong entry) => new LegacyEntry(entry).IsPresent;

        public override bool IsReserved(ulong entry, int level) => new LegacyEntry(entry).HasReservedBits(format, level);

        public override bool IsLeaf(ulong entry, int level) => new LegacyEntry(entry).IsLeaf(format, level);

        public override ulong Address(ulong entry, int level) => new LegacyEntry(entry).Address(format, level);

        public override Acc Access(ulong entry) => new LegacyEntry(entry).Access(role);
    }
}
