using System.Text;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Tests.Parser.TraceDat;

/// <summary>Version 6 of a latency tracer: after the options stands the text of tracefs' <c>trace</c>.</summary>
public sealed class LatencyFileTests
{
    /// <param name="text">The tracer's.</param>
    /// <param name="options">What stands before it.</param>
    private static byte[] With(string text, params (int Id, byte[] Data)[] options)
    {
        var builder = new TraceDatBuilder();
        foreach (var (id, data) in options) builder.Option(id, data);
        var file = builder.Build();
        return [.. file[..file.AsSpan().IndexOf("flyrecord\0"u8)], .. "latency  \0"u8, .. Encoding.UTF8.GetBytes(text)];
    }

    [Fact]
    public void The_text_is_read_by_the_text_formats() => Assert.Equal(
        """
        1500000000 [1] qemu-7 kvm_pio: rw=0x0 port=0x608 size=0x4 count=0x1 val=0x9
        1500003000 [1] qemu-7 kvm_entry: vcpu_id=0x0 rip=0xfff immediate_exit=0x0

        """,
        DatText.Of(With("# tracer: wakeup\n#\n  qemu-7       [001] d..2.     1.500000: kvm_pio: pio_read at 0x608 size 4 count 1 val 0x9\n  qemu-7       [001] d..2.     1.500003: kvm_entry: vcpu 0, rip 0xfff\n")));

    [Fact]
    public void What_the_file_says_of_the_clock_holds_for_the_text()
    {
        using var trace = Trace.Open(TraceInput.FromBytes(With("  qemu-7 [001] 1.500000: kvm_entry: vcpu 0, rip 0xfff\n", (4, "local [global]\0"u8.ToArray()))), new TraceOptions());
        Assert.Equal("global", trace.Info.Clock);
    }

    /// <summary>CPUCOUNT has four bytes.</summary>
    [Fact]
    public void What_is_wrong_with_the_file_is_counted_beside_the_text() => Assert.EndsWith(
        " rip=0xfff immediate_exit=0x0\ndatBadOption 1\n", DatText.Of(With("  qemu-7 [001] 1.500000: kvm_entry: vcpu 0, rip 0xfff\n", (8, [1]))), StringComparison.Ordinal);

    /// <summary>A version 7 file may have such a buffer beside others; one of them is read, and nothing is left out unsaid.</summary>
    [Fact]
    public void Text_beside_pages_is_counted()
    {
        var builder = new TraceDatBuilder { Version = 7 };
        TraceDatFileTests.Sample(builder).Option(22, [.. builder.Numbers((0x40, 8)), .. "latency\0local\0"u8]);
        var text = DatText.Of(builder.Build());
        Assert.Contains(" kvm_pio: ", text, StringComparison.Ordinal);
        Assert.Contains("datTextLeftOut 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_without_events_is_refused_with_what_to_do() =>
        Assert.Contains("latency tracer", Assert.Throws<TraceException>(() => DatText.Of(With("nothing happened\n"))).OneLine, StringComparison.Ordinal);
}
