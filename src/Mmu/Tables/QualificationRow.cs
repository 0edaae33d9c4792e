namespace KvmTraceLab.Mmu.Tables;

/// <summary>An exit qualification and the PFERR code KVM's MMU works with.</summary>
public sealed record QualificationRow(bool Mbec, ulong Qualification, PageAccess Pfec);
