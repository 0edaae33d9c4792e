namespace KvmTraceLab.Mmu.Tables;

/// <summary>The visible list of truth tables. A new table is one line here.</summary>
public static class TruthTables
{
    public static IReadOnlyList<TableSpec> All { get; } =
    [
        PermissionTables.Ept,
        PermissionTables.EptLegacy,
        PermissionTables.Npt,
        PermissionTables.Shadow,
        EptTables.Gpte,
        EptTables.Exitqual,
        EptTables.ReservedBits,
        NptTables.Exitinfo,
        CodeTables.ExitqualToPfec,
        CodeTables.Erratum1218,
        CodeTables.TranslateNestedGpa,
        SpteTables.MakeSpte,
        SpteTables.ChangeExecutable,
    ];

    /// <summary>The table of this name, or null.</summary>
    public static TableSpec? Find(string name) => All.FirstOrDefault(t => string.Equals(t.Name, name, StringComparison.Ordinal));
}
