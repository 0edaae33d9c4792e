using System.Text;

namespace KvmTraceLab.Tests.Parser.Text;

/// <summary>lines = events + continuations + comments + lost markers + not understood, on whatever input.</summary>
public sealed class LineConservationTests
{
    private static readonly string[] Pieces =
    [
        "CPU 0/KVM-16105 [001] d..1.  4327.373470: kvm_exit:  reason IO_INSTRUCTION rip 0xfffff801b031bf35 info 608000b 0",
        "CPU 0/KVM-16105 [001] .....  4327.373469: kvm_pio: pio_read at 0x608 size 4 count 1 val 0x5bcbb1",
        "     CPU-2386625 [094] 6598425.465407: kvm_page_fault:       vcpu 1 rip ", "0xffffffffc0771aa2 address 0x0000000002594fe0 error_code 0x683",
        "     CPU 0/KVM  699876 [020] 18136.763622:                    kvm:kvm_set_irq:", "gsi 19 level 1 source 0",
        "kvm_exit: IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0xffff87259e30", "CPU:1 [12 EVENTS DROPPED]", "CPU:1 [EVENTS DROPPED]", "...", "--", "", "> quoted words",
        " => vmx_vcpu_run (ffffffffc0b0d2f3)", "# comment", "cpus=2", "watchdog: BUG: soft lockup - CPU#11 stuck for 28s [CPU 0/KVM:16105]", "* 987816 rip 0xfffff801b031bf36",
        "kvm_exit: nothing known", "foo-1 [000] 1.5:", "foo-1 [000] 1.5: kvm_exit", "foo-1 [000] 1.5: sched_wakeup: comm=a pid=1", "prose that goes on", "a-1 [000] 1.0: callee <-caller",
        "a-1 [000] 1.0: kvm_pio: pio_read at 0x608 size 4 count 1 val 0x1 <---- [1]", "\u0001\u0002binary", "kvm_userspace_exit: reason", "KVM_EXIT_INTERNAL_ERROR (17)",
        "CPU 0: kvm_entry: vcpu 0, rip 0x1 intr_info 0x80000b0e error_code 0x00000000", "59.47%  reason HLT", "x-1 [0] ???: kvm_exit: what",
    ];

    public static TheoryData<string> Fixtures()
    {
        var data = new TheoryData<string>();
        foreach (var file in Directory.GetFiles(TextRows.Fixture("wild"), "*.txt").Concat(Directory.GetFiles(Path.Combine(TextRows.Root(), "samples"), "*.txt")).Order(StringComparer.Ordinal))
            data.Add(Path.GetRelativePath(TextRows.Root(), file));
        return data;
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Every_line_of_every_fixture_is_accounted_for(string file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(TextRows.Root(), file));
        var rows = TextRows.Of(bytes);
        rows.CheckConservation();
        var newlines = bytes.Count(b => b == '\n') + (bytes[^1] == '\n' ? 0 : 1);
        Assert.Equal(newlines, rows.Lines.Lines);
    }

    [Fact]
    public void Any_soup_of_lines_is_accounted_for()
    {
        var random = new Random(20260511);
        for (var round = 0; round < 150; round++)
        {
            var soup = Soup(random, random.Next(1, 60));
            var rows = TextRows.Of(soup, threads: 1 + (round % 2));
            rows.CheckConservation();
            Assert.Equal(soup.Count(b => b == '\n') + (soup[^1] == '\n' ? 0 : 1), rows.Lines.Lines);
        }
    }

    /// <summary>Blocks are cut at events: wherever the cuts fall, the rows are the same.</summary>
    [Fact]
    public void Rows_do_not_depend_on_where_blocks_are_cut()
    {
        var random = new Random(7);
        var body = Encoding.UTF8.GetString(Soup(random, 200, clean: true));
        var repeats = (2 * KvmTraceLab.Parser.Formats.Text.TextBlock.Size / body.Length) + 2;
        var text = string.Concat(Enumerable.Repeat(body, repeats));
        var whole = TextRows.Of(body);
        var first = TextRows.Of(text);
        Assert.Equal(whole.Lines.Lines * repeats, first.Lines.Lines);
        Assert.Equal(whole.Lines.Events * repeats, first.Lines.Events);
        for (var shift = 1; shift < 12; shift++)
        {
            // A comment of another length moves every cut.
            var moved = TextRows.Of("#" + new string('x', shift * 97) + "\n" + text, threads: 1 + (shift % 3));
            Assert.Equal(first.Rows, moved.Rows);
            Assert.Equal((first.Lines.Continuations, first.Lines.NotUnderstood, first.Lines.Comments + 1), (moved.Lines.Continuations, moved.Lines.NotUnderstood, moved.Lines.Comments));
        }
    }

    /// <summary>Hostile lines cost no more than their length: these would take hours if each bracket, dash or parenthesis meant a new search.</summary>
    [Fact]
    public void Long_hostile_lines_are_counted_and_passed_over()
    {
        foreach (var unit in (string[])["[1]", ")[1]", "a-1 [1] 5: x ", "a-1 [1] 5: (+", "-1 0d..1. 5: ", "> ", "kvm_exit:", "(", "a 1 [1] ", "=1 a", "kvm_exit: a=1 "])
        {
            var line = string.Concat(Enumerable.Repeat(unit, 900_000 / unit.Length));
            var rows = TextRows.Of(line + "\na-1 [001] 1.0: kvm_entry: vcpu 0 rip 0x1\n");
            Assert.Equal(2, rows.Lines.Lines);
            Assert.EndsWith("kvm_entry: vcpu_id=0x0 rip=0x1", rows.Rows[^1], StringComparison.Ordinal);
            rows.CheckConservation();
        }
    }

    [Fact]
    public void A_line_beyond_a_mebibyte_is_one_line_not_understood()
    {
        var rows = TextRows.Of("a-1 [001] 1.0: kvm_entry: vcpu 0 rip 0x1\n" + new string('y', 5_000_000) + "\na-1 [001] 2.0: kvm_entry: vcpu 0 rip 0x2\n");
        Assert.Equal(2, rows.Rows.Count);
        Assert.Equal((3, 1), (rows.Lines.Lines, rows.Lines.NotUnderstood));
        rows.CheckConservation();
    }

    internal static byte[] Soup(Random random, int lines, bool clean = false)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < lines; i++)
        {
            var piece = Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]).ToList();
            if (!clean && random.Next(4) == 0)
            {
                for (var edits = random.Next(1, 4); edits > 0 && piece.Count > 0; edits--)
                {
                    var at = random.Next(piece.Count);
                    if (random.Next(2) == 0) piece[at] = (byte)random.Next(11, 256);
                    else piece.RemoveRange(at, Math.Min(piece.Count - at, random.Next(1, 30)));
                }
            }

            if (random.Next(12) == 0) bytes.AddRange("> "u8.ToArray());
            bytes.AddRange(piece);
            if (random.Next(12) == 0) bytes.Add((byte)'\r');
            if (clean || i < lines - 1 || random.Next(2) == 0) bytes.Add((byte)'\n');
        }

        if (bytes.Count == 0) bytes.Add((byte)'\n');
        if (clean) bytes.AddRange("\nend of part\n\n"u8.ToArray());
        return [.. bytes];
    }
}
