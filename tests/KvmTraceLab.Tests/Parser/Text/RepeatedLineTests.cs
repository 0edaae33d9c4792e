using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using KvmTraceLab.Parser.Formats.Text;
using Xunit;

namespace KvmTraceLab.Tests.Parser.Text;

/// <summary>
/// Lines that repeat others are read by comparing; the slow twin reads each line as if it were alone. Only lines that are events: others
/// may be the rest of the line before.
/// </summary>
public sealed class RepeatedLineTests
{
    private static readonly string[] Heads =
    [
        "       CPU 0/KVM-16105 [001]  ", "       CPU 0/KVM-16105 [001] d..1. ", "           <...>-7     [000]  ", "qemu-system-x86-16105 [001]  ",
        "guest: CPU 0/KVM-16105 [001]  ", "> CPU 0/KVM-16105 [001]  ",
    ];

    private static readonly string[] Seconds = ["4327.", "4328.", "0.", "94327."];

    private static readonly string[] Fractions =
        ["000004:", "999999:", "123456789:", "000000001:", "12345:", "1234567:", "000004:  (+25) "];

    private static readonly string[] Events =
    [
        " kvm_entry:            vcpu 0 rip 0xfffff801b031bf35", " kvm_entry:            vcpu 0 rip 0xfffff801b031bf36",
        " kvm_exit:             reason IO_INSTRUCTION rip 0xfffff801b031bf35 info 608000b 0", "  kvm_fpu:              unload",
        " kvm_pio:              pio_read at 0x608 size 4 count 1 val 0x1 ", " kvm_pio:              pio_read at 0x608 size 4 count 1 val 0x2 ",
        " sched_switch:         prev_comm=a prev_pid=1", " kvm_exit:             something else", " kvm_fpu:              unload\r",
    ];

    /// <summary>Events of which only numbers change, now and then in an unusual way.</summary>
    private static readonly Gen<string> Counting =
        from text in Gen.Elements(
            " kvm_pio:              pio_read at 0x608 size 4 count 1 val 0x{0} ", " kvm_pio:              pio_read at 0x{1} size 4 count {2} val 0x{0} ",
            " kvm_entry:            vcpu {2} rip 0x{0}", " kvm_entry:            vcpu 0, rip 0x{0}", " kvm_exit:             reason IO_INSTRUCTION rip 0x{0} info {1} {2}",
            " kvm_msr:              msr_write 6e0 = 0x{0}", " kvm_msr:              msr_read {1} = 0x{0} (#GP)", " kvm_page_fault:       vcpu 0 rip 0x{0} address 0x{1} error_code 0x{2}",
            " kvm_inj_virq:         IRQ 0x{2} [reinjected]", " kvm_wait_wakeup:      wait time {2} ns, polling valid", " kvm_tsc_offset:       vcpu=0 prev={2} next={2}")
        from value in Gen.Frequency((10, Gen.Choose(0, 40)), (1, Gen.Constant(int.MaxValue)))
        from hex in Gen.Frequency((20, Gen.Constant(value.ToString("x", CultureInfo.InvariantCulture))),
            (2, Gen.Elements("00000000000000000f", "FFFF", "0xff", "123456789abcdef01", "", "12g", "ffffffffffffffff", "-1", "1 2")))
        from address in Gen.Frequency((20, Gen.Constant("608")), (1, Gen.Elements("60a", "fee00000", "")))
        from count in Gen.Frequency((10, Gen.Choose(0, 3).Select(n => n.ToString(CultureInfo.InvariantCulture))), (1, Gen.Elements("-7", "18446744073709551616", "0x5", "1x", "")))
        select text.Replace("{0}", hex, StringComparison.Ordinal).Replace("{1}", address, StringComparison.Ordinal).Replace("{2}", count, StringComparison.Ordinal);

    /// <summary>Events with a number that counts.</summary>
    private static readonly Gen<string> Counted = Gen.Elements(
        " kvm_pio:              pio_read at 0x608 size 4 count 1 val 0x{0:x} ", " kvm_entry:            vcpu 0 rip 0xfffff801b031b{0:x3}",
        " kvm_exit:             reason IO_INSTRUCTION rip 0x{0:x} info 608000b {0:x}", " kvm_wait_wakeup:      wait time {0} ns, polling valid",
        " kvm_msr:              msr_write 6e0 = 0x{0:x}", " kvm_set_irq:          gsi {0} level 1 source 0");

    private const string Stack = " => vmx_vcpu_run\n";

    [Fact]
    public void A_trace_reads_as_its_lines_do_one_by_one()
    {
        var line =
            from head in Gen.Frequency((20, Gen.Constant(Heads[0])), (5, Gen.Elements(Heads)))
            from second in Gen.Frequency((20, Gen.Constant(Seconds[0])), (3, Gen.Elements(Seconds)))
            from fraction in Gen.Frequency((20, Gen.Choose(0, 999_999).Select(n => n.ToString("D6", CultureInfo.InvariantCulture) + ":")), (5, Gen.Elements(Fractions)))
            from e in Gen.Frequency((10, Gen.Elements(Events)), (20, Counting))
            select head + second + fraction + e;
        Prop.ForAll(Gen.ListOf(line, 60).ToArbitrary(), lines =>
        {
            var whole = TextRows.Of(string.Concat(lines.Select(l => l + "\n")));
            var alone = lines.Select(l => TextRows.Of(l + "\n")).ToList();
            Assert.Equal(alone.SelectMany(a => a.Rows), whole.Rows);
            Assert.Equal(alone.Sum(a => a.Lines.Events), whole.Lines.Events);
            Assert.Equal(alone.Sum(a => a.Lines.NotUnderstood), whole.Lines.NotUnderstood);
            whole.CheckConservation();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    /// <summary>Turns, read all at once where nothing but times and numbers changes, and what may stand between, at the end of, or in one.</summary>
    [Fact]
    public void Turns_read_as_their_lines_do_one_by_one()
    {
        var odd = Gen.Elements(
            "", "...", "CPU:1 [LOST 3 EVENTS]", " => vmx_vcpu_run", "# tracer: nop", Heads[0] + "4327.5: kvm_fpu: unload", Heads[2] + "4328.000001: kvm_fpu:              unload",
            Heads[0] + "4327.00000x: kvm_fpu:              unload", Heads[0] + "4327.123456: kvm_entry:            vcpu 0 rip", "[reinjected]");
        var run =
            from size in Gen.Choose(1, 7)
            from turn in Gen.ListOf(Gen.Frequency((2, Gen.Elements(Events.Where(e => !e.EndsWith('\r')).ToArray())), (3, Counted)), size)
            from heads in Gen.ListOf(Gen.Frequency((8, Gen.Constant(Heads[0])), (1, Gen.Elements(Heads[..4]))), size)
            from turns in Gen.Choose(2, 12)
            from second in Gen.Elements(Seconds)
            from width in Gen.Elements(6, 9)
            from first in Gen.Choose(0, 900_000)
            from value in Gen.Choose(0, 300)
            from step in Gen.Choose(0, 3)
            from oddAt in Gen.Choose(-20, turns * size)
            from oddLine in odd
            from everyTurn in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
            select Enumerable.Range(0, turns * size).SelectMany(i =>
            {
                var number = value + (i / size * step);
                var text = string.Format(CultureInfo.InvariantCulture, turn[i % size], number);
                var line = $"{heads[i % size]}{second}{((first + i) % 1_000_000).ToString("D6", CultureInfo.InvariantCulture)}{(width == 9 ? "007" : "")}:{text}";
                return (everyTurn ? oddAt >= 0 && (i - oddAt) % size == 0 : i == oddAt) ? [oddLine, line] : new[] { line };
            });
        Prop.ForAll(Gen.ListOf(run, 3).Select(runs => runs.SelectMany(r => r).ToList()).ToArbitrary(), lines =>
        {
            var whole = TextRows.Of(string.Concat(lines.Select(l => l + "\n")));
            whole.CheckConservation();

            // A word that changes nothing but ends what is known of the lines before: each line is read for itself.
            var apart = TextRows.Of(string.Concat(lines.Select(l => l + "\n" + Stack)));
            Assert.Equal(apart.Rows, whole.Rows);
            Assert.Equal(apart.Lines.Continuations - lines.Count, whole.Lines.Continuations);
            Assert.Equal(apart.Lines.Comments, whole.Lines.Comments);
            Assert.Equal(apart.Lines.NotUnderstood, whole.Lines.NotUnderstood);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Theory]
    [InlineData("000004: kvm", 6, 4_000L)]
    [InlineData("999999: kvm", 6, 999_999_000L)]
    [InlineData("123456789:", 9, 123_456_789L)]
    [InlineData("000000001:", 9, 1L)]
    [InlineData("00000/: kvm", 6, null)]
    [InlineData("0000:4: kvm", 6, null)]
    [InlineData("000004 :kvm", 6, null)]
    [InlineData("1234567: kv", 6, null)]
    [InlineData("12345678::", 9, null)]
    [InlineData("1234567;9:", 9, null)]
    [InlineData("000004:", 6, null)] // too short to look at: the general reader's
    [InlineData("12345: kvm_", 5, null)]
    public void Fractions_are_read_or_left_to_the_general_reader(string text, int digits, long? nanoseconds)
    {
        Assert.Equal(nanoseconds is not null, Digits.TryFraction(System.Text.Encoding.ASCII.GetBytes(text), digits, out var read));
        if (nanoseconds is { } expected) Assert.Equal(expected, read);
    }
}
