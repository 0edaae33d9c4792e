namespace KvmTraceLab.Mmu.Tables;

/// <summary>EXITINFO1 before and after the work-around for erratum 1218.</summary>
public sealed record ErratumRow(bool SevEs, bool Gmet, int Cpl, PageAccess ErrorCode, PageAccess Result);
