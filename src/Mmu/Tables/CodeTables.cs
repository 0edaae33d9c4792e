using static KvmTraceLab.Mmu.Tables.Inputs;

namespace KvmTraceLab.Mmu.Tables;

/// <summary>Tables of code conversions.</summary>
public static class CodeTables
{
    /// <summary>MBEC of the current MMU × qualification bits 11:0.</summary>
    public static TableSpec<QualificationRow> ExitqualToPfec { get; } = new(
        "vmx_exitqual_to_pfec", "EPT-violation exit qualification to PFERR, __vmx_handle_ept_violation() since Linux 7.2", 8192,
        () => from mbec in Bools
              from qualification in Enumerable.Range(0, 4096)
              select new QualificationRow(mbec, (ulong)qualification, FaultCode.FromExitQualification((ulong)qualification, KvmKernel.V72, mbec)),
        Column<QualificationRow>.Flag("mmu_has_mbec", r => r.Mbec),
        Column<QualificationRow>.Hex("exit_qualification_hex", r => r.Qualification),
        Column<QualificationRow>.Hex("error_code_hex", r => (ulong)r.Pfec));

    /// <summary>SEV-ES × GMET × CPL × P, W, U, F.</summary>
    public static TableSpec<ErratumRow> Erratum1218 { get; } = new(
        "svm_npf_errata1218", "EXITINFO1 after the work-around for erratum 1218 (U of a fetch under GMET)", 256,
        () => from sevEs in Bools
              from gmet in Bools
              from cpl in Enumerable.Range(0, 4)
              from bits in Enumerable.Range(0, 16)
              let code = (PageAccess)(ulong)(bits & 7) | (Bit(bits, 3) ? PageAccess.Fetch : PageAccess.None)
              select new ErratumRow(sevEs, gmet, cpl, code, FaultCode.Erratum1218(code, sevEs, gmet, cpl)),
        Column<ErratumRow>.Flag("sev_es", r => r.SevEs),
        Column<ErratumRow>.Flag("gmet", r => r.Gmet),
        Column<ErratumRow>.Number("cpl", r => r.Cpl),
        Column<ErratumRow>.Hex("exitinfo1_hex", r => (ulong)r.ErrorCode),
        Column<ErratumRow>.Hex("error_code_hex", r => (ulong)r.Result));

    /// <summary>VMX and SVM without and with GMET × caller's U × U of the guest page × stage.</summary>
    public static TableSpec<TranslateRow> TranslateNestedGpa { get; } = new(
        "translate_nested_gpa", "Access with which KVM walks L1's nested tables in software", 24,
        TranslateRows,
        Column<TranslateRow>.Text("vendor", r => r.Vmx ? "vmx" : "svm"),
        Column<TranslateRow>.FlagOrNone("gmet", r => r.Gmet),
        Column<TranslateRow>.Flag("access_user", r => r.CallerUser),
        Column<TranslateRow>.Flag("pte_access_user", r => r.PteUser),
        Column<TranslateRow>.Flag("guest_final", r => r.Final),
        Column<TranslateRow>.Hex("access_out_hex", r => (ulong)r.Result));

    private static IEnumerable<TranslateRow> TranslateRows()
    {
        (bool Vmx, bool? Gmet)[] variants = [(true, null), (false, false), (false, true)];
        foreach ((bool vmx, bool? gmet) in variants)
        {
            foreach (bool user in Bools)
            {
                foreach (bool pteUser in Bools)
                {
                    foreach (bool final in Bools)
                    {
                        PageAccess access = (final ? PageAccess.GuestFinal : PageAccess.GuestPage).With(PageAccess.User, user);
                        PageAccess result = vmx
                            ? FaultCode.TranslateNestedGpaVmx(access, pteUser ? Acc.User : Acc.None)
                            : FaultCode.TranslateNestedGpaSvm(access, gmet == true);
                        yield return new(vmx, gmet, user, pteUser, final, result);
                    }
                }
            }
        }
    }
}
