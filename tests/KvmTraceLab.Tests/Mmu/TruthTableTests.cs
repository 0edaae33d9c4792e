using KvmTraceLab.Mmu.Tables;

namespace KvmTraceLab.Tests.Mmu;

public sealed class TruthTableTests
{
    [Theory]
    [InlineData("permission_ept", 256)]
    [InlineData("permission_ept_legacy", 64)]
    [InlineData("permission_npt", 512)]
    [InlineData("permission_shadow", 8192)]
    [InlineData("ept_gpte", 40960)]
    [InlineData("ept_exitqual", 512)]
    [InlineData("npt_exitinfo", 768)]
    [InlineData("vmx_exitqual_to_pfec", 8192)]
    [InlineData("svm_npf_errata1218", 256)]
    [InlineData("translate_nested_gpa", 24)]
    [InlineData("make_spte", 768)]
    [InlineData("change_spte_executable", 256)]
    [InlineData("ept_rsvd_bits", 1920)]
    public void Every_input_has_one_row(string name, int rows)
    {
        TableSpec table = TruthTables.Find(name)!;
        int inputs = table.Columns.ToList().FindIndex(c => c is "fault" or "present" or "outcome" or "reserved" or "error_code_hex" or "access_out_hex" or "spte_read" or "new_spte_hex");
        if (name == "npt_exitinfo")
            inputs = table.Columns.ToList().IndexOf("outcome");
        List<string[]> all = [.. table.Rows()];
        Assert.Equal(rows, table.RowCount);
        Assert.Equal(rows, all.Count);
        Assert.Equal(rows, all.Select(r => string.Join(',', r.Take(inputs))).Distinct().Count());
        Assert.All(all, r => Assert.Equal(table.Columns.Count, r.Length));
    }

    [Fact]
    public void The_list_has_thirteen_tables_with_distinct_names() =>
        Assert.Equal(13, TruthTables.All.Select(t => t.Name).Distinct().Count());
}
