using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using KvmTraceLab.Mmu.Tables;
using KvmTraceLab.Output.Mmu;

namespace KvmTraceLab.Tests.Mmu;

/// <summary>
/// Every truth table against KVM itself: the fixture holds a digest of each column as KVM's own functions filled it, compiled from
/// the named kernels and called with the same inputs. A digest that differs names the column that is no longer KVM's.
/// </summary>
public sealed class KernelTableTests
{
    private sealed record Digest(string Kernels, int Rows, string Column, string Sha256);

    private static readonly ILookup<string, Digest> Kernel = Read();

    public static TheoryData<string> Tables => [.. TruthTables.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_column_is_as_the_kernel_filled_it(string name)
    {
        TableSpec table = TruthTables.Find(name)!;
        List<Digest> digests = [.. Kernel[name]];
        List<string[]> rows = [.. table.Rows()];
        Assert.Equal(digests.Select(d => d.Column), table.Columns);
        Assert.All(digests, d => Assert.Equal(d.Rows, rows.Count));

        IEnumerable<string> strange = digests
            .Where((d, i) => d.Sha256 != Sha256(rows, i))
            .Select(d => $"{name}.{d.Column} differs from Linux {d.Kernels}");
        Assert.Empty(strange);
    }

    [Fact]
    public void A_single_changed_cell_changes_the_digest()
    {
        List<string[]> rows = [.. TruthTables.Find("translate_nested_gpa")!.Rows()];
        int last = rows[0].Length - 1;
        string before = Sha256(rows, last);
        rows[7][last] = "0x200000001";
        Assert.NotEqual(before, Sha256(rows, last));
    }

    private static string Sha256(List<string[]> rows, int column)
    {
        var text = new StringBuilder();
        foreach (string[] row in rows)
            text.Append(row[column]).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text.ToString())))[..32];
    }

    private static ILookup<string, Digest> Read([CallerFilePath] string here = "")
    {
        using var reader = new StreamReader(Path.Combine(Path.GetDirectoryName(here)!, "..", "Fixtures", "mmu", "kernel-tables.csv"));
        return CsvRows.Read(reader).Skip(1).Select(r => r.Cells)
            .ToLookup(c => c[0], c => new Digest(c[1], int.Parse(c[2]), c[3], c[4]));
    }
}
