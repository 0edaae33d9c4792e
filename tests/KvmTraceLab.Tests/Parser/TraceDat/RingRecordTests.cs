namespace KvmTraceLab.Tests.Parser.TraceDat;

/// <summary>Every kind of ring-buffer record as literal bytes, with the format text beside them.</summary>
public sealed class RingRecordTests
{
    // The format text: eight common bytes, then one number.
    private static readonly string Demo = TraceDatBuilder.Format("demo", 0x21, "\tfield:u32 value;\toffset:8;\tsize:4;\tsigned:0;\n", "\"%u\", REC->value");

    /// <summary>A page as hex: time stamp 1000, then commit word and data as given; zeros up to 256 bytes.</summary>
    private static string Little(string hex) => DatText.Of(new TraceDatBuilder { PageSize = 256, Cmdlines = "" }
        .Event("test", Demo).Page(0, Page("E803000000000000" + hex)).Build());

    private static byte[] Page(string hex)
    {
        var page = new byte[256];
        Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)).CopyTo(page, 0);
        return page;
    }

    [Fact]
    public void Type_len_1_to_28_counts_words_of_data() => Assert.Equal(
        "1005 [0] <...>-122 demo: value=7\n",
        //     commit = 16      delta 5 << 5 | type 3   type 0x21 flags pid 122     value 7
        Little("1000000000000000 A3000000 2100 00 00 7A000000 07000000"));

    [Fact]
    public void Type_len_0_has_its_length_in_the_next_word() => Assert.Equal(
        "1002 [0] <...>-122 demo: value=9\n1003 [0] <...>-122 demo: value=1\n",
        //     commit = 20 + 16  delta 2, type 0   length 4 + 12
        Little("2400000000000000 40000000 10000000 21000000 7A000000 09000000" +
               "23000000 21000000 7A000000 01000000"));

    [Fact]
    public void Padding_with_a_delta_is_a_record_taken_back() => Assert.Equal(
        "1007 [0] <...>-122 demo: value=1\n",
        //     delta 3, type 29   12 bytes from here         delta 4, type 3
        Little("2000000000000000 7D000000 0C000000 EEEEEEEEEEEEEEEE 83000000 21000000 7A000000 01000000"));

    [Fact]
    public void Padding_without_a_delta_ends_the_page() => Assert.Equal(
        "1005 [0] <...>-122 demo: value=7\n",
        Little("2000000000000000 A3000000 21000000 7A000000 07000000 1D000000 FFFFFFFF 83000000 21000000"));

    [Fact]
    public void Time_extend_adds_59_bits() => Assert.Equal(
        "1342178286 [0] <...>-122 demo: value=7\n",
        //     delta 1, type 30  high word 10: 10 << 27 = 1342177280; then delta 5
        Little("1800000000000000 3E000000 0A000000 A3000000 21000000 7A000000 07000000"));

    [Fact]
    public void Time_stamp_is_absolute() => Assert.Equal(
        "268435461 [0] <...>-122 demo: value=7\n",
        //     0, type 31       2 << 27 = 268435456; then delta 5
        Little("1800000000000000 1F000000 02000000 A3000000 21000000 7A000000 07000000"));

    [Fact]
    public void Time_stamp_keeps_the_five_highest_bits() => Assert.Equal(
        $"{unchecked((long)0x0800000010000005)} [0] <...>-122 demo: value=7\n",
        DatText.Of(new TraceDatBuilder { PageSize = 256, Cmdlines = "" }.Event("test", Demo)
            .Page(0, Page("E803000000000008 1800000000000000 1F000000 02000000 A3000000 21000000 7A000000 07000000")).Build()));

    [Fact]
    public void Missed_events_without_a_count() => Assert.Equal(
        "1005 [0] LOST ?\n1005 [0] <...>-122 demo: value=7\nlostUnknown 1\n",
        //     bit 31 of the commit word
        Little("1000008000000000 A3000000 21000000 7A000000 07000000"));

    [Fact]
    public void Missed_events_with_the_count_behind_the_data() => Assert.Equal(
        "1005 [0] LOST 1234\n1005 [0] <...>-122 demo: value=7\nlostEvents 1234\n",
        //     bits 31 and 30; 0x4D2
        Little("100000C000000000 A3000000 21000000 7A000000 07000000 D204000000000000"));

    [Fact]
    public void Missed_events_are_told_once_also_behind_a_time_extend() => Assert.Equal(
        "1342178286 [0] LOST 2\n1342178286 [0] <...>-122 demo: value=7\n1342178287 [0] <...>-122 demo: value=8\nlostEvents 2\n",
        Little("280000C000000000 3E000000 0A000000 A3000000 21000000 7A000000 07000000 23000000 21000000 7A000000 08000000 0200000000000000"));

    [Fact]
    public void Missed_events_of_an_empty_page_are_counted_without_a_row() => Assert.Equal(
        "datLostWithoutEvent 1\nlostUnknown 1\n", Little("0000008000000000"));

    [Fact]
    public void Big_endian_with_a_4_byte_long() => Assert.Equal(
        "1005 [0] LOST 3\n1005 [0] <...>-122 demo: value=7\nlostEvents 3\n",
        DatText.Of(new TraceDatBuilder { PageSize = 256, Cmdlines = "", BigEndian = true, LongSize = 4 }.Event("test", Demo)
            //   time stamp       commit   type 3 << 27 | delta 5
            .Page(0, Page("00000000000003E8 C0000010 18000005 0021 00 00 0000007A 00000007 00000003")).Build()));

    [Fact]
    public void A_record_that_leaves_its_page_costs_only_the_rest_of_the_page() => Assert.Equal(
        "1005 [0] <...>-122 demo: value=7\n2000 [0] <...>-122 demo: value=2\ndatBadPage 1\n",
        DatText.Of(new TraceDatBuilder { PageSize = 256, Cmdlines = "" }.Event("test", Demo)
            .Page(0, Page("E803000000000000 1800000000000000 A3000000 21000000 7A000000 07000000 BC000000 00000000"))
            .Page(0, Page("D007000000000000 1000000000000000 03000000 21000000 7A000000 02000000")).Build()));

    [Fact]
    public void A_commit_larger_than_the_page_costs_the_page() => Assert.Equal(
        "2000 [0] <...>-122 demo: value=2\ndatBadPage 1\n",
        DatText.Of(new TraceDatBuilder { PageSize = 256, Cmdlines = "" }.Event("test", Demo)
            .Page(0, Page("E803000000000000 F100000000000000 A3000000 21000000 7A000000 07000000"))
            .Page(0, Page("D007000000000000 1000000000000000 03000000 21000000 7A000000 02000000")).Build()));

    [Fact]
    public void A_number_that_no_format_describes_is_still_a_row() => Assert.Equal(
        "1005 [0] <...>-122 (unknown):\ndatUnknownEvent 1\n",
        Little("1000000000000000 A3000000 9909 0000 7A000000 07000000"));
}
