namespace KvmTraceLab.Mmu;

/// <summary>Whose page-table format an MMU has.</summary>
public enum MmuKind
{
    /// <summary>x86 paging: guest tables, and the shadow pages that follow them.</summary>
    Shadow,
    Ept,
    Npt,
}
