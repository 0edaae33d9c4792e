namespace KvmTraceLab.Mmu.Tables;

/// <summary>One permission decision.</summary>
/// <param name="Role">The MMU.</param>
/// <param name="Access">W, U and F; with <see cref="PageAccess.ImplicitAccess"/> where it applies.</param>
/// <param name="EflagsAc">EFLAGS.AC.</param>
/// <param name="Acc">Effective permissions in the role's numbering.</param>
/// <param name="Fault">KVM denies the access.</param>
public sealed record PermissionRow(MmuRole Role, PageAccess Access, bool EflagsAc, Acc Acc, bool Fault)
{
    public bool Can(Acc bit) => bit != Acc.None && (Acc & bit) != Acc.None;
}
