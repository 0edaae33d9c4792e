using System.Buffers.Binary;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Formats.TraceDat;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Tests.Parser.TraceDat;

/// <summary>Whole files made by the builder, and the whole answer.</summary>
public sealed class TraceDatFileTests
{
    internal const string PioFields =
        "\tfield:unsigned int rw;\toffset:8;\tsize:4;\tsigned:0;\n" +
        "\tfield:unsigned int port;\toffset:12;\tsize:4;\tsigned:0;\n" +
        "\tfield:unsigned int size;\toffset:16;\tsize:4;\tsigned:0;\n" +
        "\tfield:unsigned int count;\toffset:20;\tsize:4;\tsigned:0;\n" +
        "\tfield:unsigned int val;\toffset:24;\tsize:4;\tsigned:0;\n";

    public static TheoryData<int, bool, int, int, string> Kinds()
    {
        var kinds = new TheoryData<int, bool, int, int, string>();
        foreach (var big in new[] { false, true })
        foreach (var longSize in new[] { 4, 8 })
        foreach (var pageSize in new[] { 256, 4096, 65536 })
        {
            kinds.Add(6, big, longSize, pageSize, "none");
            kinds.Add(7, big, longSize, pageSize, "none");
            kinds.Add(7, big, longSize, pageSize, "zlib");
        }

        return kinds;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_form_of_the_file_gives_the_same_rows(int version, bool big, int longSize, int pageSize, string compression) => Assert.Equal(
        """
        100 [0] qemu-122 kvm_pio: rw=0x1 port=0x70 size=0x1 count=0x1 val=0xff
        100 [1] qemu-122 kvm_pio: rw=0x0 port=0x71 size=0x1 count=0x1 val=0x1
        101 [1] LOST 5
        101 [1] kworker/0:1-7 kvm_pio: rw=0x0 port=0x71 size=0x1 count=0x1 val=0x2
        102 [0] <idle>-0 kvm_pio: rw=0x1 port=0x72 size=0x1 count=0x1 val=0x80000000
        103 [0] qemu-122 second/kvm_pio: rw=0x1 port=0x73 size=0x1 count=0x1 val=0x4
        9000000104 [0] qemu-122 kvm_pio: rw=0x1 port=0x74 size=0x1 count=0x1 val=0x5
        lostEvents 5

        """,
        DatText.Of(Sample(new TraceDatBuilder { Version = version, BigEndian = big, LongSize = longSize, PageSize = pageSize, Compression = compression }).Build()));

    internal static TraceDatBuilder Sample(TraceDatBuilder b)
    {
        RingPageBuilder Page(ulong time) => new(time, b.BigEndian, b.LongSize);
        byte[] Pio(int pid, uint write, uint port, uint value) =>
            b.Numbers((0x1f, 2), (0, 2), ((ulong)pid, 4), (write, 4), (port, 4), (1, 4), (1, 4), (value, 4));
        return b.Event("kvm", TraceDatBuilder.Format("kvm_pio", 0x1f, PioFields))
            .Page(0, Page(100).Data(0, Pio(122, 1, 0x70, 0xff)).Data(2, Pio(0, 1, 0x72, 0x80000000)))
            .Page(0, Page(9000000000).TimeExtend(100).Data(4, Pio(122, 1, 0x74, 5)))
            .Page(1, Page(100).Data(0, Pio(122, 0, 0x71, 1)))
            .Page(1, Page(101).Missed(5).Data(0, Pio(7, 0, 0x71, 2), longForm: true))
            .Page(0, Page(103).Data(0, Pio(122, 1, 0x73, 4)), "second");
    }

    [Fact]
    public void The_options_fill_the_facts()
    {
        var b = new TraceDatBuilder { Version = 7 };
        Sample(b).Option(4, "local global [x86-tsc] mono").Option(5, "Linux box 6.1.0-56-cloud-amd64 x86_64").Option(9, "3.1.6").Option(8, b.Numbers((2, 4)))
            .Option(11, b.Numbers((0xabc, 8))).Option(2, "CPU: 0\nentries: 4\noverrun: 9\n").Option(77, b.Numbers((1, 4)))
            .Option(13, [.. "vm1\0"u8, .. b.Numbers((0xdef, 8), (1, 4), (0, 4), (4242, 4))]);
        using var trace = Trace.Open(TraceInput.FromBytes(b.Build()), new TraceOptions { Threads = 1 });
        DatText.Of(trace);
        Assert.Equal(
            ("trace-cmd-dat", 7, "none", 2, "x86-tsc", TimeUnit.Cycles, "6.1.0-56-cloud-amd64", "box", "x86_64", 4096),
            (trace.Info.Format, trace.Info.Version, trace.Info.Compression, trace.Info.Cpus, trace.Info.Clock, trace.Info.TimeUnit,
                trace.Info.Kernel, trace.Info.Hostname, trace.Info.Architecture, trace.Info.PageSize));
        Assert.Equal(["second"], trace.Info.Buffers);
        Assert.Equal(new LostOnCpu(5, 0), Assert.Single(trace.Info.LostByCpu).Value);
        Assert.Equal([(0xffffffff81000000, "_text"), (0xffffffff81001000, "vmx_vcpu_run")], trace.Info.HostSymbols);
        Assert.Contains(("guest", "vm1 (trace id 0xdef): vCPU 0 = thread 4242"), trace.Info.Facts);
        Assert.Contains(("cpu stats", "CPU: 0, entries: 4, overrun: 9"), trace.Info.Facts);
        Assert.Equal(1, trace.Health.CountOf(TraceDatHealth.UnknownOption));
        Assert.Equal((7, 6, 1), (trace.Lines.Lines, trace.Lines.Events, trace.Lines.LostMarkers));
    }

    [Theory]
    [InlineData(1, "0x10", 16100L)] // DATE in microseconds
    [InlineData(1, "-1", -900L)]
    [InlineData(7, "-25", 75L)] // OFFSET in nanoseconds
    public void Date_and_offset_are_added_to_every_time(int option, string text, long first) => Assert.StartsWith(
        $"{first} [0] ", DatText.Of(Sample(new TraceDatBuilder()).Option(option, text).Build()), StringComparison.Ordinal);

    [Fact]
    public void Tsc2nsec_multiplies_and_shifts_also_beyond_32_bits()
    {
        var b = new TraceDatBuilder();
        Sample(b).Option(14, b.Numbers((3, 4), (1, 4), (0, 8)));
        var rows = DatText.Of(b.Build()).Split('\n');
        Assert.StartsWith("150 [0]", rows[0], StringComparison.Ordinal);

        // 9000000104 = 2 * 2^32 + 410065512: (410065512 * 3 >> 1) + (2 * 3 << 31)
        Assert.StartsWith("13500000156 [0]", rows[6], StringComparison.Ordinal);
    }

    [Fact]
    public void Time_shift_brings_a_guest_to_its_hosts_clock()
    {
        var b = new TraceDatBuilder();
        Sample(b).Option(12, b.Numbers((1, 8), (1, 4), (1, 4), (2, 4), (0, 8), (200, 8), (1000, 8), (1200, 8), (1, 8), (1, 8), (0, 8), (0, 8)));

        // Offset 1000 at time 0 and 1200 at 200: 1100 at 100. CPU 1 has no measurement.
        var rows = DatText.Of(b.Build()).Split('\n');
        Assert.StartsWith("100 [1]", rows[0], StringComparison.Ordinal);
        Assert.StartsWith("1200 [0]", rows[3], StringComparison.Ordinal);
    }

    /// <summary>The pair of measurements that a time lies between is the one a walk through all of them finds.</summary>
    [Fact]
    public void The_measurements_around_a_time_are_found_as_by_looking_at_each()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var times = Enumerable.Range(0, random.Next(2, 9)).Select(_ => (long)random.Next(100)).Distinct().Order().ToArray();
            if (times.Length < 2) continue;
            var samples = times.Select(t => new ShiftSample(t, random.Next(1000), 1, 0)).ToArray();
            var shift = new TimeShift(0, [samples]);
            for (ulong time = 0; time < 110; time++)
            {
                var i = 0;
                while (i + 2 < samples.Length && (long)time >= samples[i + 1].Time) i++;
                Assert.Equal(time + (ulong)samples[i].Offset, shift.Apply(time, 0));
            }
        }
    }

    [Fact]
    public void Fields_may_be_moved_renamed_signed_and_dynamic()
    {
        var b = new TraceDatBuilder { PageSize = 512 };
        const string Fields =
            "\tfield:s16 minus;\toffset:8;\tsize:2;\tsigned:1;\n" +
            "\tfield:__data_loc char[] name;\toffset:12;\tsize:4;\tsigned:1;\n" +
            "\tfield:__rel_loc char[] tail;\toffset:16;\tsize:4;\tsigned:1;\n" +
            "\tfield:u8 bytes[3];\toffset:20;\tsize:3;\tsigned:0;\n" +
            "\tfield:void * where;\toffset:24;\tsize:8;\tsigned:0;\n" +
            "\tfield:const char * state;\toffset:32;\tsize:8;\tsigned:0;\n";
        b.Event("other", TraceDatBuilder.Format("mixed", 9, Fields, "\"%s state %s\", __get_str(name), REC->state"));
        byte[] record =
        [
            .. b.Numbers((9, 2), (0, 2), (122, 4), (0xfffe, 2), (0, 2), ((6 << 16) | 40, 4), ((3 << 16) | 26, 4)), 1, 2, 0xab, 0,
            .. b.Numbers((0xffff888000001000, 8), (0xffffffff82000000, 8)), .. "hello\0yz\0\0\0\0"u8,
        ];
        b.Page(0, new RingPageBuilder(5).Data(0, record));
        Assert.Equal(
            "5 [0] qemu-122 mixed: minus=-2 name=hello tail=yz bytes=ARRAY[01, 02, ab] where=0xffff888000001000 state=CPU_ON\n",
            DatText.Of(b.Build()));
    }

    [Fact]
    public void Events_of_trace_printk_give_their_words()
    {
        var b = new TraceDatBuilder { Printk = "0xffffffff82000010 : \"%s wants %d of %llu at 0x%04x%%\\n\"\n" };
        b.Event("ftrace", TraceDatBuilder.Format("bprint", 6,
                "\tfield:unsigned long ip;\toffset:8;\tsize:8;\tsigned:0;\n\tfield:const char * fmt;\toffset:16;\tsize:8;\tsigned:0;\n\tfield:u32 buf[];\toffset:24;\tsize:0;\tsigned:0;\n"))
            .Event("ftrace", TraceDatBuilder.Format("print", 5,
                "\tfield:unsigned long ip;\toffset:8;\tsize:8;\tsigned:0;\n\tfield:char buf[];\toffset:16;\tsize:0;\tsigned:1;\n"));

        // "vm" and its NUL, one byte of alignment, then -2, 1 << 40 (two words), 0x7f
        byte[] arguments = [.. "vm\0\0"u8, .. b.Numbers((0xfffffffe, 4), (1UL << 40, 8), (0x7f, 4))];
        b.Page(0, new RingPageBuilder(5)
            .Data(0, [.. b.Numbers((6, 2), (0, 2), (122, 4), (0xffffffff81000000, 8), (0xffffffff82000010, 8)), .. arguments])
            .Data(1, [.. b.Numbers((5, 2), (0, 2), (122, 4), (0xffffffff81000000, 8)), .. "hello\n\0"u8])
            .Data(1, b.Numbers((6, 2), (0, 2), (122, 4), (0x10, 8), (0x20, 8), (1, 4))));
        Assert.Equal(
            "5 [0] qemu-122 bprint:vm wants -2 of 1099511627776 at 0x007f%\n" +
            "6 [0] qemu-122 print:hello\n" +
            "7 [0] qemu-122 bprint: ip=0x10 fmt=0x20 buf=ARRAY[01, 00, 00, 00]\n",
            DatText.Of(b.Build()));
    }

    [Fact]
    public void An_exit_keeps_bit_31_and_takes_the_older_name_of_its_field()
    {
        var b = new TraceDatBuilder();
        const string Fields =
            "\tfield:unsigned int exit_code;\toffset:8;\tsize:4;\tsigned:0;\n" +
            "\tfield:unsigned long guest_rip;\toffset:16;\tsize:8;\tsigned:0;\n" +
            "\tfield:u32 isa;\toffset:24;\tsize:4;\tsigned:0;\n" +
            "\tfield:u64 requests;\toffset:32;\tsize:8;\tsigned:0;\n";
        b.Event("kvm", TraceDatBuilder.Format("kvm_exit", 5, Fields))
            .Page(0, new RingPageBuilder(5).Data(0, b.Numbers((5, 2), (0, 2), (122, 4), (0x80000021, 4), (0, 4), (0xfff0, 8), (1, 4), (0, 4), (3, 8))));
        Assert.Equal("5 [0] qemu-122 kvm_exit: exit_reason=0x80000021 isa=0x1 guest_rip=0xfff0 requests=0x3\n", DatText.Of(b.Build()));
    }

    [Fact]
    public void A_record_shorter_than_its_format_keeps_the_fields_that_are_there() => Assert.Equal(
        "5 [0] qemu-122 kvm_pio: rw=0x1 port=0x70\ndatBadRecord 1\n",
        DatText.Of(new TraceDatBuilder().Event("kvm", TraceDatBuilder.Format("kvm_pio", 0x1f, PioFields))
            .Page(0, new RingPageBuilder(5).Data(0, new TraceDatBuilder().Numbers((0x1f, 2), (0, 2), (122, 4), (1, 4), (0x70, 4)))).Build()));

    [Fact]
    public void An_unknown_compression_is_named()
    {
        var e = Assert.Throws<TraceException>(() => DatText.Of(new TraceDatBuilder { Version = 7, Compression = "lz4" }.Build()));
        Assert.Contains("'lz4'", e.Message, StringComparison.Ordinal);
        Assert.Equal(18, e.Offset);
    }

    [Fact]
    public void The_result_does_not_depend_on_the_number_of_threads()
    {
        var file = Many(cpus: 5, pages: 60);
        var one = DatText.Of(file);
        Assert.True(file.Length > 512 * 1024, "small files are read by one thread");
        Assert.Equal(one, DatText.Of(file, 2));
        Assert.Equal(one, DatText.Of(file, 7));
    }

    [Fact]
    public void Rows_come_by_time_then_cpu()
    {
        var before = (Time: long.MinValue, Cpu: -1);
        var rows = 0;
        foreach (var line in DatText.Of(Many(cpus: 3, pages: 40), 2).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ');
            var now = (Time: long.Parse(words[0]), Cpu: int.Parse(words[1].Trim('[', ']')));
            Assert.True(now.CompareTo(before) >= 0, $"{line} after {before}");
            before = now;
            rows++;
        }

        Assert.Equal(3 * 40 * 20, rows);
    }

    /// <summary>Text of its own in every row, so that every reference into the text is checked.</summary>
    private static byte[] Many(int cpus, int pages)
    {
        var b = new TraceDatBuilder();
        b.Event("test", TraceDatBuilder.Format("text", 3, "\tfield:char words[12];\toffset:8;\tsize:12;\tsigned:1;\n"))
            .Event("kvm", TraceDatBuilder.Format("kvm_pio", 0x1f, PioFields));
        var random = new Random(7);
        for (var cpu = 0; cpu < cpus; cpu++)
        {
            for (var page = 0; page < pages; page++)
            {
                var ring = new RingPageBuilder((ulong)(page * 1000));
                for (var i = 0; i < 20; i++)
                {
                    var record = new byte[20];
                    BinaryPrimitives.WriteUInt16LittleEndian(record, 3);
                    System.Text.Encoding.ASCII.GetBytes($"{cpu}.{page}.{i}").CopyTo(record, 8);
                    ring.Data((uint)random.Next(0, 40), i % 3 == 0 ? b.Numbers((0x1f, 2), (0, 2), (7, 4), (1, 4), ((uint)i, 4), (1, 4), (1, 4), ((uint)page, 4)) : record);
                }

                b.Page(cpu, ring);
            }
        }

        return b.Build();
    }
}
