using KvmTraceLab.Mmu.Entries;
using static KvmTraceLab.Mmu.Tables.Inputs;

namespace KvmTraceLab.Mmu.Tables;

/// <summary>Tables about EPT12 entries: presence, reserved bits, and what is injected into L1.</summary>
public static class EptTables
{
    /// <summary>
    /// Level × MBEC × execute-only × bits 10:0, all that an entry says besides its address; address bits have
    /// <see cref="ReservedBits"/>. The flags are computed even when the entry is not present.
    /// </summary>
    public static TableSpec<EptGpteRow> Gpte { get; } = new(
        "ept_gpte", "EPT12 entries: present, reserved, misconfigured (MAXPHYADDR 46, huge pages allowed)", 40960,
        GpteRows,
        Column<EptGpteRow>.Number("level", r => r.Level),
        Column<EptGpteRow>.Flag("mbec", r => r.Role.Mbec),
        Column<EptGpteRow>.Flag("execonly", r => r.Role.ExecOnly),
        Column<EptGpteRow>.Hex("gpte_hex", r => r.Entry.Value),
        Column<EptGpteRow>.Flag("present", r => r.Present),
        Column<EptGpteRow>.Flag("rsvd", r => r.Reserved),
        Column<EptGpteRow>.Flag("bad_mt_xwr", r => r.BadMtXwr),
        Column<EptGpteRow>.Flag("acc_read", r => r.Entry.Readable),
        Column<EptGpteRow>.Flag("acc_write", r => r.Entry.Writable),
        Column<EptGpteRow>.Flag("acc_user_exec", r => r.Entry.UserExec),
        Column<EptGpteRow>.Flag("acc_exec", r => r.Entry.SupervisorExec),
        Column<EptGpteRow>.Text("outcome", r => r.Outcome));

    /// <summary>MAXPHYADDR × level × bit 7 × bit.</summary>
    public static TableSpec<ReservedBitRow> ReservedBits { get; } = new(
        "ept_rsvd_bits", "Reserved bits of EPT entries, one row for each bit", 1920,
        () => from width in new[] { 36, 46, 52 }
              from level in Enumerable.Range(1, 5)
              from bit7 in Bools
              from bit in Enumerable.Range(0, 64)
              select new ReservedBitRow(width, level, bit7, bit, (EptEntry.ReservedMask(width, 3, level, bit7) >> bit & 1) != 0),
        Column<ReservedBitRow>.Number("maxphyaddr", r => r.MaxPhyAddr),
        Column<ReservedBitRow>.Number("level", r => r.Level),
        Column<ReservedBitRow>.Flag("bit7", r => r.Bit7),
        Column<ReservedBitRow>.Number("bit", r => r.Bit),
        Column<ReservedBitRow>.Flag("reserved", r => r.Reserved));

    /// <summary>MBEC × execute-only × 16 permission sets × 8 operations.</summary>
    public static TableSpec<EptExitqualRow> Exitqual { get; } = new(
        "ept_exitqual", "What is injected into L1 for an access to an EPT12 translation with these effective permissions", 512,
        ExitqualRows,
        Column<EptExitqualRow>.Flag("mbec", r => r.Role.Mbec),
        Column<EptExitqualRow>.Flag("execonly", r => r.Role.ExecOnly),
        Column<EptExitqualRow>.Flag("read", r => r.Effective.Readable),
        Column<EptExitqualRow>.Flag("write", r => r.Effective.Writable),
        Column<EptExitqualRow>.Flag("exec_s", r => r.Effective.SupervisorExec),
        Column<EptExitqualRow>.Flag("exec_u", r => r.Effective.UserExec),
        Column<EptExitqualRow>.Text("op", r => r.Operation.Name),
        Column<EptExitqualRow>.Text("outcome", r => OutcomeName.Of(r.Verdict.Outcome)),
        Column<EptExitqualRow>.Hex("exit_qualification_hex", r => r.Verdict.ExitInfo));

    private static IEnumerable<EptGpteRow> GpteRows() =>
        from level in Enumerable.Range(1, 5)
        from mbec in Bools
        from execOnly in Bools
        let role = MmuRole.Ept(mbec, execOnly)
        from low in Enumerable.Range(0, 2048)
        select new EptGpteRow(role, level, new EptEntry((uint)low));

    private static IEnumerable<EptExitqualRow> ExitqualRows()
    {
        foreach (bool mbec in Bools)
        {
            foreach (bool execOnly in Bools)
            {
                var table = new PermissionTable(MmuRole.Ept(mbec, execOnly));
                for (int p = 0; p < 16; p++)
                {
                    var entry = new EptEntry((uint)(p & 7) | (Bit(p, 3) ? EptEntry.UserExecutable : 0) | 6UL << 3);
                    foreach (NestedOperation operation in NestedOperation.Ept)
                        yield return new(table.Role, entry, operation, NestedFault.JudgeEpt(table, entry, operation.Access));
                }
            }
        }
    }
}
