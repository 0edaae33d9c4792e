namespace KvmTraceLab.Mmu.Tables;

/// <summary>The access KVM walks L1's nested tables with. <paramref name="Gmet"/> is null on VMX, where it does not exist.</summary>
public sealed record TranslateRow(bool Vmx, bool? Gmet, bool CallerUser, bool PteUser, bool Final, PageAccess Result);
