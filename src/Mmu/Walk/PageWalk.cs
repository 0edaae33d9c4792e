using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Mmu.Walk;

/// <summary>
/// Page-table walks as <c>walk_addr_generic()</c> makes them: access is ANDed from the top down, a missing or malformed
/// entry ends the walk, and the permission table judges the sum at the end. A and D bits are neither asked nor set; what
/// KVM derives from a clean D bit (write-protecting a read mapping) is no permission and is left out.
/// </summary>
public static class PageWalk
{
    /// <summary>Walks EPT12 for an L2 guest-physical address.</summary>
    /// <param name="memory">L1's memory.</param>
    /// <param name="table">Permissions of the EPT12 role.</param>
    /// <param name="eptp">EPT pointer; bits 11:0 are ignored.</param>
    /// <param name="rootLevel">4 or 5.</param>
    /// <param name="gpa">The address to translate.</param>
    /// <param name="access">The access with its stage bit, see <see cref="FaultCode.TranslateNestedGpaVmx"/>.</param>
    public static WalkResult Ept(IGuestMemory memory, PermissionTable table, ulong eptp, int rootLevel, ulong gpa, PageAccess access) =>
        Walk(memory, table, new EntryFormat.Ept(table.Role), eptp & ~0xfffUL, rootLevel, gpa, access, null);

    /// <summary>Walks NPT12 for an L2 guest-physical address.</summary>
    public static WalkResult Npt(IGuestMemory memory, PermissionTable table, ulong nestedCr3, int rootLevel, ulong gpa, PageAccess access) =>
        Walk(memory, table, new EntryFormat.X86(table.Role, PagingFormat.Npt(table.Role, rootLevel)), nestedCr3 & ~0xfffUL, rootLevel, gpa, access, null);

    /// <summary>Walks guest page tables: 32-bit, PAE, 4 or 5 levels, as <paramref name="format"/> says.</summary>
    /// <param name="memory">The guest's memory; what lies beneath <paramref name="nested"/>, if given.</param>
    /// <param name="table">Permissions of the guest's role (CR0.WP, SMEP, …).</param>
    /// <param name="format">Levels and reserved bits.</param>
    /// <param name="cr3">CR3; PAE tables lie on 32 bytes.</param>
    /// <param name="gva">The address to translate.</param>
    /// <param name="access">The access.</param>
    /// <param name="nested">
    /// Second stage for every table address (access U|W? and GuestPage, no page permissions) and for the final page
    /// (the access and GuestFinal, with the guest page's permissions); null when guest-physical is all there is.
    /// </param>
    public static WalkResult Guest(
        IGuestMemory memory, PermissionTable table, PagingFormat format, ulong cr3, ulong gva, PageAccess access, Func<ulong, PageAccess, Acc, WalkResult>? nested = null) =>
        Walk(memory, table, new EntryFormat.X86(table.Role, format), cr3 & ~(format.RootLevel == 3 ? 0x1fUL : 0xfffUL), format.RootLevel, gva, access, nested);

    private static WalkResult Walk(
        IGuestMemory memory, PermissionTable table, EntryFormat format, ulong root, int rootLevel, ulong address, PageAccess access,
        Func<ulong, PageAccess, Acc, WalkResult>? nested)
    {
        var elements = new List<WalkElement>(rootLevel);
        ulong sum = ulong.MaxValue;
        ulong next = root;
        for (int level = rootLevel; ; level--)
        {
            int shift = 12 + format.IndexBits * (level - 1);
            bool pdpte = rootLevel == 3 && level == 3;
            ulong index = address >> shift & (pdpte ? 3UL : (1UL << format.IndexBits) - 1);
            ulong entryAddress = next + index * (ulong)format.EntrySize;
            if (nested is not null)
            {
                // The walker reads tables as a user and, since A/D bits are in use, as a writer.
                WalkResult stage = nested(entryAddress, PageAccess.User | PageAccess.Write | PageAccess.GuestPage, Acc.None);
                if (stage.Fault is not null)
                    return Failed(WalkFaultKind.Nested, level, stage.Fault.ErrorCode, stage.Fault.ExitQualification, stage);
                entryAddress = stage.Address;
            }

            if (!memory.TryRead(entryAddress, format.EntrySize, out ulong entry))
                return Denied(WalkFaultKind.Unreadable, level);

            // A PAE directory pointer has no permission bits: they are reserved there, so it must not narrow the sum.
            if (!pdpte)
                sum &= entry ^ format.Inverted;
            Acc acc = format.Access(sum ^ format.Inverted);
            elements.Add(new WalkElement(level, entryAddress, entry, acc));

            if (!format.IsPresent(entry))
                return Denied(WalkFaultKind.NotPresent, level);
            if (format.IsReserved(entry, level))
                return Denied(WalkFaultKind.Reserved, level);
            next = format.Address(entry, level);
            if (!format.IsLeaf(entry, level))
                continue;

            if (table.Faults(acc, access))
                return Denied(WalkFaultKind.Permission, level);
            ulong translated = next | address & ((1UL << shift) - 1);
            if (nested is not null)
            {
                WalkResult stage = nested(translated, access | PageAccess.GuestFinal, acc);
                if (stage.Fault is not null)
                    return Failed(WalkFaultKind.Nested, level, stage.Fault.ErrorCode, stage.Fault.ExitQualification, stage);
                translated = stage.Address;
            }

            return new WalkResult(elements, null, translated, level, acc);
        }

        WalkResult Denied(WalkFaultKind kind, int level)
        {
            bool reserved = kind == WalkFaultKind.Reserved;
            Acc acc = elements.Count == 0 ? Acc.None : elements[^1].Acc;
            PageAccess code = FaultCode.PageFaultCode(table.Role, access, kind == WalkFaultKind.Permission, reserved) | access & PageAccesses.Stage;
            ulong qualification = table.Role.Kind == MmuKind.Ept && !reserved ? FaultCode.InjectedExitQualification(table.Role, sum, access) : 0;
            IReadOnlyList<IPermissionRule> why = kind == WalkFaultKind.Permission ? table.Why(acc, access) : [];
            return new WalkResult(elements, new WalkFault(kind, level, code, qualification, why), 0, level, acc);
        }

        WalkResult Failed(WalkFaultKind kind, int level, PageAccess code, ulong qualification, WalkResult stage) =>
            new(elements, new WalkFault(kind, level, code, qualification, [], stage), 0, level, Acc.None);
    }
}
