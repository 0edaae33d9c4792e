using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Mmu.Tables;

/// <summary>An EPT SPTE before and after <c>change_spte_executable()</c>.</summary>
public sealed record ChangeExecutableRow(Spte Before, bool Tracked, Acc Access, Spte After);
