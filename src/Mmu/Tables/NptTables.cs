using KvmTraceLab.Mmu.Entries;
using static KvmTraceLab.Mmu.Tables.Inputs;

namespace KvmTraceLab.Mmu.Tables;

/// <summary>The table of nested page faults injected into L1.</summary>
public static class NptTables
{
    /// <summary>
    /// EFER.NX × CR4.SMEP × 16 permission sets × operations: four user walks without GMET, all eight with it.
    /// </summary>
    public static TableSpec<NptExitinfoRow> Exitinfo { get; } = new(
        "npt_exitinfo", "What is injected into L1 for an access to an NPT12 translation with these effective permissions", 768,
        Rows,
        Column<NptExitinfoRow>.Flag("gmet", r => r.Role.Gmet),
        Column<NptExitinfoRow>.Flag("efer_nx", r => r.Role.Nx),
        Column<NptExitinfoRow>.Flag("cr4_smep", r => r.Role.Smep),
        Column<NptExitinfoRow>.Flag("present", r => r.Effective.IsPresent),
        Column<NptExitinfoRow>.Flag("write", r => r.Effective.Writable),
        Column<NptExitinfoRow>.Flag("user", r => r.Effective.User),
        Column<NptExitinfoRow>.Flag("nx", r => r.Effective.Nx),
        Column<NptExitinfoRow>.Text("op", r => r.Operation.Name),
        Column<NptExitinfoRow>.Text("outcome", r => OutcomeName.Of(r.Verdict.Outcome)),
        Column<NptExitinfoRow>.Hex("exitinfo1_hex", r => r.Verdict.ExitInfo));

    private static IEnumerable<NptExitinfoRow> Rows()
    {
        foreach (bool gmet in Bools)
        {
            foreach (bool nx in Bools)
            {
                foreach (bool smep in Bools)
                {
                    var table = new PermissionTable(MmuRole.Npt(gmet, nx, smep));
                    for (int p = 0; p < 16; p++)
                    {
                        NptEntry entry = NptEntry.From(Bit(p, 0), Bit(p, 1), Bit(p, 2), Bit(p, 3));
                        foreach (NestedOperation operation in NestedOperation.Npt)
                        {
                            // Without GMET there are no supervisor walks.
                            if (gmet || operation.Access.Has(PageAccess.User))
                                yield return new(table.Role, entry, operation, NestedFault.JudgeNpt(table, entry, operation.Access));
                        }
                    }
                }
            }
        }
    }
}
