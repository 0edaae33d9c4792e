using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Mmu.Tables;

namespace KvmTraceLab.Mmu.Architecture;

/// <summary>
/// Runs the model's tables against the architectural twin and yields every input where they differ. Inputs that are no
/// access at all are pruned by <see cref="Legal(PermissionRow)"/>; everything else is listed, reachable or not.
/// </summary>
public static class MmuDiff
{
    /// <summary>All differences, table after table.</summary>
    public static IEnumerable<MmuDifference> All() =>
        Ept().Concat(Npt()).Concat(Shadow()).Concat(EptEntries()).Concat(InjectedEpt()).Concat(InjectedNpf()).Concat(OldEpt());

    /// <summary>An access is a read, a write or a fetch, and implicit accesses are a supervisor's and never fetches.</summary>
    public static bool Legal(PermissionRow row) =>
        !row.Access.Has(PageAccess.Write | PageAccess.Fetch) &&
        !(row.Access.Has(PageAccess.ImplicitAccess) && row.Access.HasAny(PageAccess.User | PageAccess.Fetch));

    /// <summary>EPT permissions against the SDM, with execute-only support: without it fewer combinations can occur.</summary>
    public static ArchitectureOutcome Twin(PermissionRow row) => row.Role.Kind switch
    {
        MmuKind.Ept => EptHardware.Access(
            EptBits(row.Acc), row.Role.Mbec, row.Role.ExecOnly, row.Access.Has(PageAccess.Write), row.Access.Has(PageAccess.Fetch), row.Access.Has(PageAccess.User)),
        MmuKind.Npt => NptHardware.Access(
            row.Can(Acc.Read), row.Can(Acc.Write), row.Can(Acc.User), !row.Can(Acc.Exec), row.Role.Nx, row.Role.Gmet,
            row.Access.Has(PageAccess.Write), row.Access.Has(PageAccess.Fetch), row.Access.Has(PageAccess.User)),
        _ => PagingHardware.Access(
            row.Can(Acc.Read), row.Can(Acc.Write), row.Can(Acc.User), row.Can(Acc.Exec), row.Role.Wp, row.Role.Nx, row.Role.Smep, row.Role.Smap,
            row.EflagsAc, row.Access.Has(PageAccess.ImplicitAccess), row.Access.Has(PageAccess.Write), row.Access.Has(PageAccess.Fetch), row.Access.Has(PageAccess.User)),
    };

    /// <summary>Which known difference explains that KVM and the twin disagree on a permission row.</summary>
    public static string Classify(PermissionRow row)
    {
        bool isRead = !row.Access.HasAny(PageAccess.Write | PageAccess.Fetch);
        if (!row.Fault && !isRead && !row.Can(Acc.Read))
            return DifferenceKind.ReadBit;
        if (row.Role.Kind == MmuKind.Npt)
        {
            if (!row.Fault && !row.Role.Nx && !row.Can(Acc.Exec))
                return DifferenceKind.NxReserved;
            if (!row.Fault && !row.Role.Gmet && !row.Access.Has(PageAccess.User))
                return DifferenceKind.SupervisorWalk;
        }

        return DifferenceKind.Unexplained;
    }

    private static IEnumerable<MmuDifference> Ept() => Permissions(PermissionTables.Ept);

    private static IEnumerable<MmuDifference> Npt() => Permissions(PermissionTables.Npt);

    private static IEnumerable<MmuDifference> Shadow() => Permissions(PermissionTables.Shadow);

    private static IEnumerable<MmuDifference> Permissions(TableSpec<PermissionRow> table)
    {
        foreach (PermissionRow row in table.Typed().Where(Legal))
        {
            ArchitectureOutcome twin = Twin(row);
            if (row.Fault != (twin != ArchitectureOutcome.Allowed))
            {
                string access = row.Access.Spell() + (row.Access.Has(PageAccess.ImplicitAccess) ? " implicit" : "") + (row.EflagsAc ? " ac" : "");
                yield return new(Classify(row), row.Role.Spell(), row.Role.Layout.Spell(row.Acc), access, row.Fault ? "fault" : "allowed", Name(twin));
            }
        }
    }

    private static IEnumerable<MmuDifference> EptEntries()
    {
        foreach (EptGpteRow row in EptTables.Gpte.Typed())
        {
            ulong entry = row.Entry.Value;
            string twin = !EptHardware.IsPresent(entry, row.Role.Mbec) ? "not_present"
                : EptHardware.IsMisconfigured(entry, row.Level, row.Role.Mbec, row.Role.ExecOnly, row.Role.MaxPhyAddr) ? "misconfig"
                : "ok";
            if (row.Outcome != twin)
                yield return new(DifferenceKind.Unexplained, row.Role.Spell(), $"level {row.Level} entry 0x{entry:x}", "walk", row.Outcome, twin);
        }
    }

    private static IEnumerable<MmuDifference> InjectedEpt()
    {
        foreach (EptExitqualRow row in EptTables.Exitqual.Typed())
        {
            PageAccess access = row.Operation.Access;
            bool write = access.Has(PageAccess.Write), fetch = access.Has(PageAccess.Fetch), table = access.Has(PageAccess.GuestPage);
            ArchitectureOutcome twin = EptHardware.Access(row.Effective.Value, row.Role.Mbec, row.Role.ExecOnly, write, fetch, access.Has(PageAccess.User));
            string hardware = twin switch
            {
                ArchitectureOutcome.Allowed => "ok 0x0",
                ArchitectureOutcome.Malformed => "misconfig 0x0",
                _ => $"violation 0x{EptHardware.Qualification(row.Effective.Value, row.Role.Mbec, write, fetch, table):x}",
            };
            string kvm = $"{OutcomeName.Of(row.Verdict.Outcome)} 0x{row.Verdict.ExitInfo:x}";
            if (kvm != hardware)
                yield return new(DifferenceKind.Unexplained, row.Role.Spell(), row.Role.Layout.Spell(row.Effective.Access(row.Role)), row.Operation.Name, kvm, hardware);
        }
    }

    private static IEnumerable<MmuDifference> InjectedNpf()
    {
        foreach (NptExitinfoRow row in NptTables.Exitinfo.Typed())
        {
            PageAccess access = row.Operation.Access;
            bool write = access.Has(PageAccess.Write), fetch = access.Has(PageAccess.Fetch), user = access.Has(PageAccess.User);
            bool table = access.Has(PageAccess.GuestPage);
            NptEntry entry = row.Effective;
            ArchitectureOutcome twin = NptHardware.Access(entry.IsPresent, entry.Writable, entry.User, entry.Nx, row.Role.Nx, row.Role.Gmet, write, fetch, user);
            ulong hardware = twin == ArchitectureOutcome.Allowed ? 0
                : NptHardware.ExitInfo1(entry.IsPresent, twin == ArchitectureOutcome.Malformed, row.Role.Gmet, write, fetch, user, table);
            if (row.Verdict.ExitInfo == hardware)
                continue;
            bool onlyFetchBit = (row.Verdict.ExitInfo ^ hardware) == (ulong)PageAccess.Fetch && !row.Role.HasPferrFetch;
            yield return new(onlyFetchBit ? DifferenceKind.FetchBit : DifferenceKind.Unexplained, row.Role.Spell(),
                row.Role.Layout.Spell(entry.Access(row.Role)), row.Operation.Name, $"0x{row.Verdict.ExitInfo:x}", $"0x{hardware:x}");
        }
    }

    /// <summary>Up to 7.1, for the accesses that could be asked: hardware faults (U = read) and software walks (U always).</summary>
    private static IEnumerable<MmuDifference> OldEpt()
    {
        MmuRole role = MmuRole.Ept(mbec: false) with { Kernel = KvmKernel.V71 };
        var table = new PermissionTable(role);
        PageAccess[] kinds = [PageAccess.None, PageAccess.Write, PageAccess.Fetch];
        foreach (PageAccess kind in kinds)
        {
            for (ulong rwx = 1; rwx < 8; rwx++)
            {
                var entry = new EptEntry(rwx);
                ArchitectureOutcome twin = EptHardware.Access(rwx, mbec: false, execOnly: true, kind == PageAccess.Write, kind == PageAccess.Fetch, userPage: false);
                if (twin == ArchitectureOutcome.Malformed)
                    continue;
                bool hardware = table.Faults(entry.Access(role), kind.With(PageAccess.User, kind == PageAccess.None));
                bool software = table.Faults(entry.Access(role), FaultCode.TranslateNestedGpaVmx(kind, Acc.None, KvmKernel.V71));
                if (hardware != (twin != ArchitectureOutcome.Allowed))
                    yield return Make(DifferenceKind.Unexplained, "after a hardware fault", hardware);
                if (software != (twin != ArchitectureOutcome.Allowed))
                    yield return Make(DifferenceKind.OldUserWalk, "in software", software);

                MmuDifference Make(string id, string how, bool fault) =>
                    new(id, role.Spell(), role.Layout.Spell(entry.Access(role)).Replace("u", "r", StringComparison.Ordinal), $"{kind.Spell().Split(' ')[1]} {how}", fault ? "fault" : "allowed", Name(twin));
            }
        }
    }

    private static ulong EptBits(Acc acc) =>
        (ulong)(acc & (Acc.Read | Acc.Write)) | ((acc & Acc.Exec) != Acc.None ? 4UL : 0) | ((acc & Acc.UserExec) != Acc.None ? 0x400UL : 0);

    private static string Name(ArchitectureOutcome outcome) => outcome switch
    {
        ArchitectureOutcome.Allowed => "allowed",
        ArchitectureOutcome.NotPresent => "not present",
        ArchitectureOutcome.Denied => "fault",
        _ => "malformed",
    };
}
