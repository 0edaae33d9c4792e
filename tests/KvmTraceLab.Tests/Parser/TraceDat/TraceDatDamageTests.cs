using System.Buffers.Binary;
using System.Globalization;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Formats.TraceDat;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Tests.Parser.TraceDat;

/// <summary>Damaged files end in rows and counters or in one sentence, never in anything else.</summary>
public sealed class TraceDatDamageTests
{
    public static TheoryData<int, string> Forms => new() { { 6, "none" }, { 7, "none" }, { 7, "zlib" } };

    private static byte[] Small(int version, string compression) =>
        TraceDatFileTests.Sample(new TraceDatBuilder { Version = version, Compression = compression, PageSize = 256 }).Option(4, "[local] global").Build();

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_prefix_is_read_as_far_as_it_goes(int version, string compression)
    {
        var file = Small(version, compression);
        Assert.InRange(file.Length, 1000, 8192);
        var whole = DatText.Outcome(file);
        for (var length = 0; length < file.Length; length++)
        {
            // What is cut off is said: no prefix without some page passes for the whole.
            var outcome = DatText.Outcome(file[..length]);
            if (outcome == whole) Assert.True(file.Length - length < 256, $"{length} of {file.Length} bytes read like all of them");
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Seeded_mutations_end_in_an_answer(int version, string compression)
    {
        var file = Small(version, compression);
        Mutate(file, seed: version, Count(1000));
    }

    [Fact]
    public void A_file_cut_in_its_pages_keeps_the_rows_before()
    {
        var file = Small(6, "none");
        var text = DatText.Of(file[..^300]);
        Assert.StartsWith("100 [0] qemu-122 kvm_pio", text, StringComparison.Ordinal);
        Assert.Contains("datMissingData", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("zlib")]
    public void Version_7_cut_behind_its_pages_keeps_the_events_without_the_table_of_CPUs(string compression)
    {
        var file = Small(7, compression);
        var whole = DatText.Of(file).Split('\n').Where(l => !l.Contains("second/", StringComparison.Ordinal)).ToList();

        // The second options section, with the BUFFER options, stands behind all pages.
        var cut = DatText.Of(file[..^200]).Split('\n');
        Assert.Contains("datRescuedData 1", cut);
        Assert.All(whole.Where(l => l.Contains("kvm_pio", StringComparison.Ordinal)), row => Assert.Contains(row, cut));
    }

    /// <summary>Found by mutation: zlib's header bit for a preset dictionary is another kind of exception.</summary>
    [Theory]
    [InlineData("78BB000000000000")]
    [InlineData("789C00")]
    [InlineData("FFFF")]
    public void Damaged_zlib_data_are_damaged_and_nothing_else(string hex)
    {
        var packed = Convert.FromHexString(hex);
        Assert.InRange(DatCompression.Unpack("zlib", packed, packed.Length, new byte[16], "memory"), -1, 0);
    }

    /// <summary>A file whose only event has a number that no kernel gives.</summary>
    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public void A_format_with_a_number_beyond_16_bits_is_damaged(int version)
    {
        var b = new TraceDatBuilder { Version = version, PageSize = 256 }.Event("other", TraceDatBuilder.Format("demo", 70_000, ""));
        b.Page(0, new RingPageBuilder(100).Data(5, b.Numbers((5, 2), (0, 2), (7, 4))));
        var outcome = DatText.Outcome(b.Build());
        if (version == 6) Assert.Equal("105 [0] kworker/0:1-7 (unknown):\ndatBadFormat 1\ndatUnknownEvent 1\n", outcome);
        else Assert.Contains("no event formats were found", outcome, StringComparison.Ordinal);
    }

    /// <summary>A small record whose format has thousands of fields at one place: what it is printed as is bounded by its own size.</summary>
    [Fact]
    public void Fields_on_top_of_each_other_do_not_make_a_record_a_book()
    {
        var fields = string.Concat(Enumerable.Range(0, 5000).Select(i => $"\tfield:int field_number_{i};\toffset:8;\tsize:4;\tsigned:1;\n"));
        var b = new TraceDatBuilder { PageSize = 256 }.Event("other", TraceDatBuilder.Format("demo", 5, fields));
        b.Page(0, new RingPageBuilder(100).Data(5, b.Numbers((5, 2), (0, 2), (7, 4), (77, 4))));
        var outcome = DatText.Outcome(b.Build());
        Assert.StartsWith("105 [0] kworker/0:1-7 demo: field_number_0=77 field_number_1=77 ", outcome, StringComparison.Ordinal);
        Assert.EndsWith("\ndatBadRecord 1\n", outcome, StringComparison.Ordinal);
        Assert.InRange(outcome.Length, 4000, 4400);
    }

    [Fact]
    public void A_damaged_section_of_options_is_counted_where_it_is()
    {
        var file = Small(7, "none");

        // The offset of the options stands behind the name and version of the compression.
        var at = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(file.AsSpan().IndexOf("none\01.0\0"u8) + 9));
        file.AsSpan(at + 16 + 2, 4).Fill(0xff); // the length of the first option
        using var trace = Trace.Open(TraceInput.FromBytes(file), new TraceOptions { Threads = 1 });
        DatText.Of(trace);
        Assert.Equal(at, Assert.Single(trace.Health.Entries, e => e.Counter == TraceDatHealth.BadSection).FirstOffset);
    }

    /// <summary>A megabyte of a format may be per cents.</summary>
    [Fact]
    public void A_print_format_of_any_length_is_read_in_one_go()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var conversion = Assert.Single(PrintFormat.Parse($"print fmt: \"{string.Concat(Enumerable.Repeat("%%", 400_000))}0x%x\", REC->port"));
        Assert.Equal(("port", true, 'x'), (conversion.Field, conversion.Prefix0X, conversion.Letter));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
    }

    [Fact]
    public void A_file_without_its_events_says_what_to_do()
    {
        var e = Assert.Throws<TraceException>(() => DatText.Of(Small(6, "none")[..600]));
        Assert.Contains("trace-cmd restore", e.OneLine, StringComparison.Ordinal);
        Assert.StartsWith("memory: offset ", e.OneLine, StringComparison.Ordinal);
    }

    /// <summary>KTL_FUZZ=N for more of them.</summary>
    internal static int Count(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("KTL_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : usual;

    internal static void Mutate(byte[] file, int seed, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var random = new Random(unchecked((seed * 1_000_003) + i));
            var bad = (byte[])file.Clone();
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                var at = random.Next(bad.Length);
                switch (random.Next(4))
                {
                    case 0: bad[at] ^= (byte)(1 << random.Next(8)); break;
                    case 1: bad[at] = (byte)random.Next(256); break;
                    case 2: bad.AsSpan(at, Math.Min(random.Next(1, 9), bad.Length - at)).Fill(random.Next(2) == 0 ? (byte)0xff : (byte)0); break;
                    default: bad = [.. bad[..at], .. bad[Math.Min(bad.Length, at + random.Next(1, 16))..]]; break;
                }

                if (bad.Length == 0) break;
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            var text = DatText.Outcome(bad);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(text is not null && allocated < 256L << 20, $"seed {seed}, mutation {i}: {allocated} bytes allocated");
        }
    }
}
