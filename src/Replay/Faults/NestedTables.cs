using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Replay.Faults;

/// <summary>
/// Judges an L2 fault by the EPT12 or NPT12 entries of its walk. Physical address width and execute-only support are not
/// in a trace: reserved address bits are not looked at, and execute-only counts as supported.
/// </summary>
internal sealed class NestedTables(ReplayConfig config)
{
    private const ulong StageAndUserBits = 0xe00;

    /// <summary>Four levels and five reserve the same bits.</summary>
    private static readonly PagingFormat Npt12 = PagingFormat.Npt(MmuRole.Npt(gmet: false) with { MaxPhyAddr = 52 });

    private readonly Dictionary<(MmuKind Kind, KvmKernel Kernel, bool Feature), PermissionTable> _tables = [];

    /// <summary>Null when the group has no walk of the faulting address.</summary>
    public NestedAnswer? Answer(FaultGroup group, bool mbec12, bool gmet12, KvmKernel? kernel = null)
    {
        if (!group.Walked || group.ElementCount == 0) return null;
        return group.Access.Mode == FaultMode.Ept ? ByEpt(group, mbec12, kernel ?? config.Kernel) : ByNpt(group, gmet12, kernel ?? config.Kernel);
    }

    private NestedAnswer ByEpt(FaultGroup group, bool mbec, KvmKernel kernel)
    {
        var table = Table(MmuKind.Ept, mbec, kernel);
        var role = table.Role;
        var code = group.Access.Code;
        var access = FaultCode.FromExitQualification(code, role.Kernel, mbec);
        var sum = ulong.MaxValue;
        var outcome = NestedOutcome.Ok;
        var present = true;
        var complete = false;
        foreach (var (pte, level) in group.Walk)
        {
            var entry = new EptEntry(pte);
            sum &= pte;
            if (!entry.IsPresent(role))
            {
                (outcome, present, complete) = (NestedOutcome.Violation, false, true);
                break;
            }

            if (entry.HasBadMtXwr(role))
            {
                (outcome, complete) = (NestedOutcome.Misconfig, true);
                break;
            }

            if (!entry.IsLeaf(level)) continue;
            complete = true;
            if (table.Faults(new EptEntry(sum).Access(role), access)) outcome = NestedOutcome.Violation;
            break;
        }

        // Bits 8:7 are hardware's; 11:9 too where L1 is offered advanced information, which MBEC needs.
        var copied = role.Kernel.IsBefore72() ? 0x180UL : 0xf80UL;
        var info = outcome == NestedOutcome.Violation ? FaultCode.InjectedExitQualification(role, sum, access, code & copied) : 0;
        var mask = mbec ? 0xfffUL : 0x1ffUL;
        return new NestedAnswer(outcome, complete, present, sum, info, mask & ~(mbec ? 0 : StageAndUserBits));
    }

    private NestedAnswer ByNpt(FaultGroup group, bool gmet, KvmKernel kernel)
    {
        var table = Table(MmuKind.Npt, gmet, kernel);
        var role = table.Role;
        var access = (PageAccess)group.Access.Code;
        var sum = ulong.MaxValue & ~LegacyEntry.NxBit;
        var outcome = NestedOutcome.Ok;
        bool present = true, reserved = false, complete = false;
        foreach (var (pte, level) in group.Walk)
        {
            var entry = new LegacyEntry(pte);
            sum = (sum & pte & ~LegacyEntry.NxBit) | ((sum | pte) & LegacyEntry.NxBit);
            if (!entry.IsPresent)
            {
                (outcome, present, complete) = (NestedOutcome.Violation, false, true);
                break;
            }

            if (entry.HasReservedBits(Npt12, level))
            {
                (outcome, reserved, complete) = (NestedOutcome.Violation, true, true);
                break;
            }

            if (!entry.IsLeaf(Npt12, level)) continue;
            complete = true;
            if (table.Faults(new LegacyEntry(sum).Access(role), access | (gmet ? 0 : PageAccess.User))) outcome = NestedOutcome.Violation;
            break;
        }

        // Whether I/D is reported depends on L1's EFER.NX and CR4.SMEP, which no event tells: bit 4 is not compared.
        var info = outcome == NestedOutcome.Violation ? (ulong)FaultCode.InjectedExitInfo(role, access, present, reserved) : 0;
        const ulong Mask = (ulong)(PageAccess.Present | PageAccess.Write | PageAccess.User | PageAccess.Rsvd | PageAccess.GuestFinal | PageAccess.GuestPage);
        return new NestedAnswer(outcome, complete, present, sum, info, Mask);
    }

    private PermissionTable Table(MmuKind kind, bool feature, KvmKernel kernel)
    {
        if (_tables.TryGetValue((kind, kernel, feature), out var table)) return table;
        var role = kind == MmuKind.Ept ? MmuRole.Ept(feature) with { MaxPhyAddr = 52 } : MmuRole.Npt(feature) with { MaxPhyAddr = 52 };
        return _tables[(kind, kernel, feature)] = new PermissionTable(role with { Kernel = kernel, GuestMode = true });
    }
}
