using System.Text;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Tests.Output;

public sealed class HostileLineTests
{
    /// <summary>A line of 19 KB of other bytes took 5 MB to write, a few hundred bytes each; a file may hold thousands of such lines.</summary>
    [Fact]
    public void A_byte_that_is_no_text_costs_no_objects_of_its_own()
    {
        var line = new byte[20_000];
        for (var i = 0; i < line.Length; i++) line[i] = (byte)((i * 7) + 1);
        using var to = new MemoryStream(1 << 20);
        SafeText.WriteLine(to, line);
        var written = to.Length;
        to.SetLength(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        SafeText.WriteLine(to, line);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(written, to.Length);
        Assert.InRange(allocated, 1, 10 * written);
    }

    [Theory]
    [InlineData("a\x1b[2Jb", "a\\x1b[2Jb")]
    [InlineData("a\nb\rc\td", "a\\nb\\rc\\td")]
    [InlineData("é‮x", "é\\u202ex")]
    [InlineData("\U000e0001", "\\U000e0001")]
    [InlineData("漢字 😀", "漢字 😀")]
    public void A_line_says_what_the_text_would(string text, string expected)
    {
        using var to = new MemoryStream();
        SafeText.WriteLine(to, Encoding.UTF8.GetBytes(text));
        Assert.Equal(expected + "\n", Encoding.UTF8.GetString(to.ToArray()));
        Assert.Equal(expected, SafeText.Clean(text));
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_shown_one_by_one()
    {
        using var to = new MemoryStream();
        SafeText.WriteLine(to, [(byte)'a', 0xff, 0xc3, (byte)'b', (byte)'\t'], keepTabs: true);
        Assert.Equal("a\\xff\\xc3b\t\n", Encoding.UTF8.GetString(to.ToArray()));
    }
}
