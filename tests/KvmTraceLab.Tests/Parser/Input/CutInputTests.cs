using System.IO.Compression;
using System.Text;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Tests.Parser.Text;

namespace KvmTraceLab.Tests.Parser.Input;

/// <summary>Inputs that end early or begin oddly.</summary>
public sealed class CutInputTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ktl-cut-");

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Zstd => Path.Combine(TextRows.Root(), "samples", "nested-mbec.txt.zst");

    private string File(byte[] bytes)
    {
        var path = Path.Combine(_folder.FullName, "trace");
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>As the sample, but packed by gzip.</summary>
    private static byte[] Packed(bool gzip)
    {
        if (!gzip) return System.IO.File.ReadAllBytes(Zstd);
        using var input = TraceInput.Open(Zstd);
        using var to = new MemoryStream();
        using (var packed = new GZipStream(to, CompressionLevel.Optimal)) input.AsStream().CopyTo(packed);
        return to.ToArray();
    }

    private TextRows Rows(byte[] bytes)
    {
        using var trace = Trace.Open(File(bytes), new TraceOptions { Threads = 2 });
        return TextRows.Of(trace);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Packed_data_that_end_early_are_read_and_the_end_is_counted(bool gzip)
    {
        var bytes = Packed(gzip);
        var whole = Rows(bytes);
        Assert.Equal(0, whole.Health.CountOf(TraceHealth.Truncated));
        var cut = Rows(bytes[..(bytes.Length * 9 / 10)]);
        Assert.Equal(1, cut.Health.CountOf(TraceHealth.Truncated));
        Assert.InRange(cut.Rows.Count, 1000, whole.Rows.Count - 1);
        Assert.Equal(whole.Rows.Take(cut.Rows.Count - 1), cut.Rows.SkipLast(1)); // the last may be half a line
    }

    [Fact]
    public void A_packed_file_may_be_followed_by_padding()
    {
        var bytes = Packed(gzip: true);
        Assert.Equal(0, Rows([.. bytes, .. new byte[1000]]).Health.CountOf(TraceHealth.Truncated));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Packed_data_of_which_nothing_comes_out_are_refused(bool gzip)
    {
        var error = Assert.Throws<TraceException>(() => Rows(Packed(gzip)[..20]));
        Assert.Contains("cut off before anything could be unpacked", error.OneLine, StringComparison.Ordinal);
    }

    /// <summary>A soft break of a mail is told by what stands before it.</summary>
    [Theory]
    [InlineData("=\n")]
    [InlineData("=\r\n")]
    [InlineData("=")]
    public void An_equals_sign_may_be_the_first_byte(string first) => Assert.Equal(
        ["kvm_entry: vcpu_id=0x0"], TextRows.Of(Encoding.UTF8.GetBytes(first + "\nkvm_entry: vcpu 0\n")).Rows);
}
