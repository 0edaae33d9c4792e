using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Mmu.Tables;

/// <summary>A leaf SPTE made by <c>make_spte()</c>, and the same after <c>mark_spte_for_access_track()</c>.</summary>
public sealed record MakeSpteRow(SpteLayout Layout, SpteAdType AdType, int Level, bool NxHugePage, bool HostWritable, Acc Acc, Spte Spte, ulong Tracked)
{
    /// <summary>The state of a bit, or null where the format has none.</summary>
    public bool? Bit(ulong mask) => mask == 0 ? null : (Spte.Value & mask) != 0;
}
