using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;
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

    /// <summary>make_spte() at three levels, for faults and for prefetches: 2304 SPTEs of 7.2.13 and 7.3-rc7.</summary>
    [Fact]
    public void Shadow_entries_are_as_the_kernel_made_them()
    {
        IEnumerable<string> made =
            from kind in new[] { MmuKind.Ept, MmuKind.Npt }
            from ad in new[] { SpteAdType.Enabled, SpteAdType.Disabled, SpteAdType.WrprotOnly }
            from level in new[] { 1, 2, 3 }
            from nxHuge in new[] { false, true }
            from hostWritable in new[] { false, true }
            from acc in Enumerable.Range(0, 16)
            from prefetch in new[] { false, true }
            select $"0x{SpteMaker.MakeSpte(SpteLayout.For(KvmKernel.V72, kind), (Acc)acc, level, ad, nxHuge, hostWritable, prefetch):x}";
        Assert.Equal("e5d7eeb220f895df4dba0712f1447d66", Sha256(made));
    }

    /// <summary>__reset_rsvds_bits_mask(): 32-bit, PAE, 4 and 5 levels; a PDPTE of PAE has no large form.</summary>
    [Fact]
    public void Reserved_bits_of_guest_entries_are_the_kernels()
    {
        bool[] both = [false, true];
        IEnumerable<string> masks =
            from root in new[] { 2, 3, 4, 5 }
            from nx in both
            from gbpages in both
            from pse in both
            from amd in both
            from width in new[] { 36, 46, 52 }
            let format = new PagingFormat(root, nx, width, gbpages, pse, amd)
            from level in Enumerable.Range(1, root)
            from large in both
            where !(root == 3 && level == 3 && large)
            select $"0x{format.ReservedMask(level, large):x}";
        Assert.Equal("893f37a703f40dc29d4a4762cc8796ef", Sha256(masks));
    }

    private static string Sha256(List<string[]> rows, int column) => Sha256(rows.Select(r => r[column]));

    private static string Sha256(IEnumerable<string> cells) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(cells.Select(c => c + "\n")))))[..32];

    private static ILookup<string, Digest> Read([CallerFilePath] string here = "")
    {
        using var reader = new StreamReader(Path.Combine(Path.GetDirectoryName(here)!, "..", "Fixtures", "mmu", "kernel-tables.csv"));
        return CsvRows.Read(reader).Skip(1).Select(r => r.Cells)
            .ToLookup(c => c[0], c => new Digest(c[1], int.Parse(c[2]), c[3], c[4]));
    }
}
