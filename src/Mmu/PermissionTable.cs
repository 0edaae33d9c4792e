using System.Runtime.CompilerServices;
using KvmTraceLab.Mmu.Rules;

namespace KvmTraceLab.Mmu;

/// <summary>
/// KVM's <c>mmu-&gt;permissions[]</c> for one role: built once by ORing what every rule denies, then one shift and one mask
/// for each check, as in <c>permission_fault()</c>. Immutable and safe to share.
/// </summary>
public sealed class PermissionTable
{
    private readonly Elements _permissions;
    private readonly IReadOnlyList<IPermissionRule> _rules;

    public PermissionTable(MmuRole role)
        : this(role, PermissionRules.All)
    {
    }

    /// <summary>With another list of rules: the tests change a rule and expect to be caught.</summary>
    public PermissionTable(MmuRole role, IReadOnlyList<IPermissionRule> rules)
    {
        Role = role;
        _rules = rules;
        for (int index = 0; index < 16; index++)
        {
            AccSet denied = AccSet.None;
            foreach (IPermissionRule rule in rules)
                denied |= rule.Denied(role, (PageAccess)(uint)(index << 1));
            _permissions[index] = denied.Bits;
        }
    }

    public MmuRole Role { get; }

    /// <summary>
    /// True when KVM denies <paramref name="access"/> to a translation with the effective permissions <paramref name="acc"/>
    /// (the AND over all levels, numbered as <see cref="MmuRole.Layout"/> says). Only W, U, F and "SMAP off" count.
    /// </summary>
    public bool Faults(Acc acc, PageAccess access) => (_permissions[(int)((ulong)access >> 1) & 15] >> ((int)acc & 15) & 1) != 0;

    /// <summary>The combinations denied to this access: one element of the kernel's array.</summary>
    public AccSet Denied(PageAccess access) => new(_permissions[(int)((ulong)access >> 1) & 15]);

    /// <summary>Every rule that denies this access by itself; empty when it is allowed.</summary>
    public IReadOnlyList<IPermissionRule> Why(Acc acc, PageAccess access)
    {
        PageAccess asked = access & PageAccesses.Checked;
        return [.. _rules.Where(rule => rule.Denied(Role, asked).Contains(acc))];
    }

    /// <summary>The kernel's array inside the object: an index of four bits needs no bounds check and no second load.</summary>
    [InlineArray(16)]
    private struct Elements
    {
        private ushort _first;
    }
}
