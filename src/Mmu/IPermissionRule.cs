namespace KvmTraceLab.Mmu;

/// <summary>
/// One reason why KVM denies an access: a named piece of <c>update_permission_bitmask()</c>. A rule is pure; it answers
/// with the ACC combinations it denies, and <see cref="PermissionTable"/> ORs the answers.
/// </summary>
public interface IPermissionRule
{
    /// <summary>Short name, as <c>ktl list rules</c> and <c>explain</c> print it.</summary>
    string Name { get; }

    /// <summary>The kernel function and variable that the rule restates.</summary>
    string Kernel { get; }

    /// <summary>One sentence for people: why an access is denied.</summary>
    string Sentence { get; }

    /// <summary>The combinations that this rule denies to an access with these PFERR bits.</summary>
    AccSet Denied(MmuRole role, PageAccess access);
}
