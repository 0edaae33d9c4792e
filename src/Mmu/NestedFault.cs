using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Mmu;

/// <summary>
/// Judges one L2 access by the AND of L1's nested entries, without a walk: present, malformed, permitted, and the code
/// KVM injects. The short form of <c>walk_addr_generic()</c> for tables, <c>eval</c> and <c>explain</c>.
/// </summary>
public static class NestedFault
{
    private static readonly NestedVerdict Allowed = new(NestedOutcome.Ok, 0, 0, Present: true, []);

    /// <summary>Judges by EPT12.</summary>
    /// <param name="table">Permissions of the EPT12 role.</param>
    /// <param name="effective">The AND of the raw entries; permission bits count, and the memory type of the leaf.</param>
    /// <param name="access">The access with a stage bit.</param>
    /// <param name="hardware">vmcs02's qualification, whose bits 11:7 KVM copies; null for a software walk.</param>
    public static NestedVerdict JudgeEpt(PermissionTable table, EptEntry effective, PageAccess access, ulong? hardware = null)
    {
        MmuRole role = table.Role;
        if (!effective.IsPresent(role))
            return Violation(present: false, []);
        if (effective.HasBadMtXwr(role))
            return new(NestedOutcome.Misconfig, FaultCode.EptMisconfig, 0, Present: true, []);
        Acc acc = effective.Access(role);
        return table.Faults(acc, access) ? Violation(present: true, table.Why(acc, access)) : Allowed;

        NestedVerdict Violation(bool present, IReadOnlyList<IPermissionRule> why) =>
            new(NestedOutcome.Violation, FaultCode.EptViolation, FaultCode.InjectedExitQualification(role, effective.Value, access, hardware), present, why);
    }

    /// <summary>Judges by NPT12.</summary>
    /// <param name="table">Permissions of the NPT12 role.</param>
    /// <param name="effective">P, W, U as the AND, NX as the OR of the entries.</param>
    /// <param name="access">The access with a stage bit, see <see cref="FaultCode.TranslateNestedGpaSvm"/>.</param>
    public static NestedVerdict JudgeNpt(PermissionTable table, NptEntry effective, PageAccess access)
    {
        MmuRole role = table.Role;
        bool reserved = effective.HasReservedBits(role, level: 1);
        Acc acc = effective.Access(role);
        if (!effective.IsPresent)
            return Violation(present: false, reserved: false, []);
        if (reserved)
            return Violation(present: true, reserved: true, []);
        return table.Faults(acc, access) ? Violation(present: true, reserved: false, table.Why(acc, access)) : Allowed;

        NestedVerdict Violation(bool present, bool reserved, IReadOnlyList<IPermissionRule> why) =>
            new(NestedOutcome.Violation, FaultCode.Npf, (ulong)FaultCode.InjectedExitInfo(role, access, present, reserved), present, why);
    }
}
