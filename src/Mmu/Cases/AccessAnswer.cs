using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Mmu.Cases;

/// <summary>The model's answer to an <see cref="AccessCase"/>.</summary>
/// <param name="Case">The question.</param>
/// <param name="Access">The PFERR bits with which the MMU was asked.</param>
/// <param name="Effective">The entry bits it judged.</param>
/// <param name="Verdict">Allowed, or the exit L1 sees.</param>
public sealed record AccessAnswer(AccessCase Case, PageAccess Access, ulong Effective, NestedVerdict Verdict)
{
    /// <summary>Effective permissions in the role's ACC numbering.</summary>
    public Acc Acc => Case.Intel ? new EptEntry(Effective).Access(Case.Role) : new NptEntry(Effective).Access(Case.Role);
}
