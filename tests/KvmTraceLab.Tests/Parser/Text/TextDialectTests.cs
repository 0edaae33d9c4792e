using System.Globalization;
using System.Text;

namespace KvmTraceLab.Tests.Parser.Text;

/// <summary>The same events in every envelope people record or paste give the same rows.</summary>
public sealed class TextDialectTests
{
    private const string Exit = "reason IO_INSTRUCTION rip 0xfffff801b031bf35 info 608000b 0";

    private static readonly (string Name, string Payload)[] Events =
    [
        ("kvm_exit", Exit),
        ("kvm_pio", "pio_read at 0x608 size 4 count 1 val 0x5bcbb1 "),
        ("kvm_entry", "vcpu 0 rip 0xfffff801b031bf36"),
        ("sched_switch", "prev_comm=CPU 0/KVM prev_pid=77 prev_prio=120 prev_state=S ==> next_comm=swapper/1 next_pid=0 next_prio=120"),
        ("kvm_msr", "msr_read ce = 0x0 (#GP)"),
        ("kvm_exit", "reason EPT_VIOLATION rip 0x40359f info 582 0"),
        ("kvm_page_fault", "address 7fc036d000 error_code 582"),
        ("kvm_entry", "vcpu 0 rip 0x40359f"),
    ];

    public static TheoryData<string> Comms() =>
        ["CPU 0/KVM", "qemu-system-x86", "kvm-vcpu-0", "a b-c", "x[1]", "[kworker]", "12", "1-2", "ü€ñ", "<...>", "a:b", "fc_vcpu 0", "-dash-", "(sd-pam)", "tmux: server", "kworker/u8:2+ev", "x.y_z~"];

    private static string Time(int i, string unit) => unit switch
    {
        "us" => string.Create(CultureInfo.InvariantCulture, $"4327.{373460 + i:000000}"),
        "ns" => string.Create(CultureInfo.InvariantCulture, $"4327.{373460 + i:000000}000"),
        "date" => string.Create(CultureInfo.InvariantCulture, $"1700004327.{373460 + i:000000}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{4327373460000 + (i * 1000)}"),
    };

    private static string Render(Func<int, string, string, string> line, string header = "", string between = "")
    {
        var text = new StringBuilder(header);
        for (var i = 0; i < Events.Length; i++)
        {
            if (i > 0) text.Append(between);
            text.Append(line(i, Events[i].Name, Events[i].Payload)).Append('\n');
        }

        return text.ToString();
    }

    private static string Report(string comm, int i, string name, string payload, string flags = "", string unit = "us", string prefix = "") =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}{comm,16}-{77,-5} [{1:000}] {flags}{Time(i, unit),12}: {name + ":",-21} {payload}");

    private static List<string> Reference(string comm) => TextRows.Of(Render((i, n, p) => Report(comm, i, n, p, unit: "ns"))).Rows;

    /// <summary>As recorded on 6.1: -R prints numbers in the base of the event's own print format, and never a 0x of its own.</summary>
    [Fact]
    public void Raw_addresses_that_look_decimal_are_hexadecimal_where_the_event_prints_them_so()
    {
        var rows = TextRows.Of("       CPU 0/KVM-168   [000]    33.065411302: kvm_emulate_insn:      rip=100335 csbase=10 len=2 insn=ARRAY[0f, a2, 44] flags=9 failed=0\n").Rows;
        Assert.Contains(" rip=0x100335 csbase=0x10 len=0x2 ", Assert.Single(rows), StringComparison.Ordinal);
    }

    [Fact]
    public void The_reference_rows_hold_every_field()
    {
        Assert.Equal(
            [
                "4327373460000 [1] CPU 0/KVM tid 77 kvm_exit: exit_reason=0x1e isa=0x1 guest_rip=0xfffff801b031bf35 info1=0x608000b info2=0x0",
                "4327373461000 [1] CPU 0/KVM tid 77 kvm_pio: rw=0x0 port=0x608 size=0x4 count=0x1 val=0x5bcbb1",
                "4327373462000 [1] CPU 0/KVM tid 77 kvm_entry: vcpu_id=0x0 rip=0xfffff801b031bf36",
                "4327373463000 [1] CPU 0/KVM tid 77 sched_switch: prev_comm=CPU 0/KVM prev_pid=77 prev_prio=120 prev_state=S ==> next_comm=swapper/1 next_pid=0 next_prio=120",
                "4327373464000 [1] CPU 0/KVM tid 77 kvm_msr: write=0x0 ecx=0xce data=0x0 exception=0x1",
                "4327373465000 [1] CPU 0/KVM tid 77 kvm_exit: exit_reason=0x30 isa=0x1 guest_rip=0x40359f info1=0x582 info2=0x0",
                "4327373466000 [1] CPU 0/KVM tid 77 kvm_page_fault: fault_address=0x7fc036d000 error_code=0x582",
                "4327373467000 [1] CPU 0/KVM tid 77 kvm_entry: vcpu_id=0x0 rip=0x40359f",
            ],
            Reference("CPU 0/KVM"));
    }

    [Theory]
    [MemberData(nameof(Comms))]
    public void Every_envelope_with_task_CPU_and_time_gives_the_same_rows(string comm)
    {
        var expected = Reference(comm);
        Assert.All(expected, row => Assert.Contains($" {comm} tid 77 ", row, StringComparison.Ordinal));
        var dialects = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["no flags"] = Render((i, n, p) => Report(comm, i, n, p), "cpus=2\n"),
            ["four flags"] = Render((i, n, p) => Report(comm, i, n, p, "d..1 ")),
            ["five flags"] = Render((i, n, p) => Report(comm, i, n, p, "dNh1. ")),
            ["-l"] = Render((i, n, p) => string.Create(CultureInfo.InvariantCulture, $"{comm,8}-{77,-5}   1d..1.  {Time(i, "us")}: {n + ":",-20} {p}"), "cpus=2\n"),
            ["-l -t"] = Render((i, n, p) => string.Create(CultureInfo.InvariantCulture, $"{comm,8}-{77,-5}   1.....  {Time(i, "ns")}: {n + ":",-20} {p}")),
            ["-R of trace-cmd 3.4"] = Render((i, n, p) => Report(comm, i, n, p).Replace("[001] ", "[001]-0x26 ", StringComparison.Ordinal), "cpus=2\n"),
            ["-R -l"] = Render((i, n, p) => string.Create(CultureInfo.InvariantCulture, $"{comm,8}-{77,-5}   1-0x0    {Time(i, "us")}: {n + ":",-20} {p}")),
            ["--ts-diff"] = Render((i, n, p) => Report(comm, i, "", "").Replace(": :", ": ", StringComparison.Ordinal).TrimEnd() + $" (+{i})    {n}: {p}"),
            ["mail without padding"] = Render((i, n, p) => $"{comm}-77 [001] {Time(i, "us")}: {n}: {p}"),
            ["ftrace"] = Render((i, n, p) => $"{comm,16}-77      [001] d..1.  {Time(i, "us")}: {n}: {p}", "# tracer: nop\n#\n# entries-in-buffer/entries-written: 8/8   #P:2\n#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"),
            ["record-tgid"] = Render((i, n, p) => $"{comm,16}-77      (     70) [001] d..1.  {Time(i, "us")}: {n}: {p}"),
            ["record-tgid unknown"] = Render((i, n, p) => $"{comm,16}-77      (-------) [001] d..1.  {Time(i, "us")}: {n}: {p}"),
            ["perf script"] = Render((i, n, p) => $"{comm,16}    77 [001]  {Time(i, "us")}: {(n.StartsWith("kvm", StringComparison.Ordinal) ? "kvm" : "sched"),22}:{n}: {p}"),
            ["perf script, ns"] = Render((i, n, p) => $"{comm,16}    77 [001]  {Time(i, "ns")}: kvm:{n}: {p}"),
            ["perf script, pid/tid"] = Render((i, n, p) => $"{comm,16}    70/77    [001]  {Time(i, "us")}: kvm:{n}: {p}"),
            ["perf-prof"] = Render((i, n, p) => $"2022-04-22 17:39:26.535148 {comm,16}     77 d... [001] {Time(i, "us")}: kvm:{n}: {p}"),
            ["perf script -F +period"] = Render((i, n, p) => $"{comm,16}    77 [001]  {Time(i, "us")}:          1 kvm:{n}: {p}"),
            ["line numbers"] = Render((i, n, p) => $"{i + 1,6}\t{Report(comm, i, n, p)}"),
            ["grep -nC"] = Render((i, n, p) => $"{i + 1}-{Report(comm, i, n, p)}"),
            ["grep -HnC"] = Render((i, n, p) => $"trace.txt-{i + 1}-{Report(comm, i, n, p)}"),
            ["a patch"] = Render((i, n, p) => "+" + Report(comm, i, n, p)),
            ["a journal"] = Render((i, n, p) => "Nov 21 04:22:58 host trace-cmd[1234]: " + Report(comm, i, n, p)),
            ["quoted by name"] = Render((i, n, p) => "Bob> " + Report(comm, i, n, p)),
            ["quoted"] = Render((i, n, p) => "> " + Report(comm, i, n, p)),
            ["quoted twice"] = Render((i, n, p) => ">> " + Report(comm, i, n, p)),
            ["quoted thrice"] = Render((i, n, p) => "> > >" + Report(comm, i, n, p)),
            ["no-break spaces of an archive"] = Render((i, n, p) => Report(comm, i, n, p).Replace("] ", "]\u00a0 ", StringComparison.Ordinal).Replace(" reason", " \u00a0reason", StringComparison.Ordinal)),
            ["CRLF"] = Render((i, n, p) => Report(comm, i, n, p) + "\r"),
            ["comments between"] = Render((i, n, p) => Report(comm, i, n, p), between: "# note\n"),
            ["blank lines between"] = Render((i, n, p) => Report(comm, i, n, p), between: "\n"),
            ["prose between"] = Render((i, n, p) => Report(comm, i, n, p), between: "\nand then I saw this:\n\n"),
        };
        foreach (var (name, text) in dialects)
        {
            var rows = TextRows.Of(text);
            Assert.True(expected.SequenceEqual(rows.Rows), $"{name}:\n{string.Join('\n', rows.Rows)}");
            Assert.Equal(0, rows.Lines.NotUnderstood);
            rows.CheckConservation();
        }
    }

    [Theory]
    [InlineData("    CPU 0/K-77        1d..1. {0}us : ", "CPU 0/K", 77, 1)]
    [InlineData("[ 4327.400000]  CPU 0/K-77        1d..1. {0}us+: ", "CPU 0/K", 77, 1)]
    [InlineData("77 [001] {1}: kvm:", "", 77, 1)]
    [InlineData("[001] {1}: kvm:", "", -1, 1)]
    [InlineData("CPU 0/KVM-77  {1}: ", "CPU 0/KVM", 77, -1)]
    [InlineData("CPU 0/KVM    77  {1}: kvm:", "CPU 0/KVM", 77, -1)]
    [InlineData("fc_vcpu 0  {1}: kvm:", "fc_vcpu 0", -1, -1)]
    public void Columns_may_be_missing(string head, string comm, int tid, int cpu)
    {
        var micro = Reference(comm).Select(r => r.Replace(" tid 77", tid < 0 ? "" : " tid 77", StringComparison.Ordinal).Replace(" [1]", cpu < 0 ? "" : " [1]", StringComparison.Ordinal)).ToList();
        var kvm = micro.Where(r => !r.Contains("sched_switch", StringComparison.Ordinal)).ToList();
        var text = string.Concat(Events.Select((e, i) => e.Name == "sched_switch" ? "" : string.Format(CultureInfo.InvariantCulture, head, (4327373460 + i), Time(i, "us")) + $"{e.Name}: {e.Payload}\n"));
        var rows = TextRows.Of(text);
        Assert.True(kvm.SequenceEqual(rows.Rows), string.Join('\n', rows.Rows));
        rows.CheckConservation();
    }

    [Fact]
    public void Date_gives_epoch_times()
    {
        var rows = TextRows.Of(Render((i, n, p) => Report("CPU 0/KVM", i, n, p, unit: "date")));
        Assert.StartsWith("1700004327373460000 [1] CPU 0/KVM tid 77 kvm_exit:", rows.Rows[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Integer_clocks_may_touch_the_CPU_column()
    {
        var rows = TextRows.Of(Render((i, n, p) => $"       CPU 0/KVM-77    [001]{4327373460000 + (i * 1000)}: {n + ":",-20} {p}"));
        Assert.Equal(Reference("CPU 0/KVM"), rows.Rows);
        Assert.Equal(KvmTraceLab.Parser.TimeUnit.Cycles, rows.Info.TimeUnit);
        var counter = TextRows.Of("CPU:1 [2 EVENTS DROPPED]\n" + Render((i, n, p) => $"       CPU 0/KVM-77    [001] {4327 + i}: {n + ":",-20} {p}"));
        Assert.Equal(KvmTraceLab.Parser.TimeUnit.Count, counter.Info.TimeUnit);
    }

    /// <summary>trace-cmd 3.4 prints flags always; a TSC of 12 digits or more leaves no blank behind them.</summary>
    [Theory]
    [InlineData("       CPU 0/KVM-77    [001] d..1.{0}: {1} {2}", true)]
    [InlineData("       CPU 0/KVM-77    [001] .....{0}: {1} {2}", true)]
    [InlineData("       CPU 0/KVM-77    [001] dNh12{0}: {1} {2}", true)]
    [InlineData("       CPU 0/KVM-77    [001]-0x2{0}: {1} {2}", true)]
    [InlineData("CPU 0/KVM-77     1d..1.{0}: {1} {2}", true)]
    [InlineData("CPU 0/KVM-77     1-0x0{0}: {1} {2}", true)]
    [InlineData("       CPU 0/KVM-77    [001] d..q.{0}: {1} {2}", false)]
    [InlineData("       CPU 0/KVM-77    [001] d..1.{0}x: {1} {2}", false)]
    [InlineData("       CPU 0/KVM-77    [001] d..1.: {1} {2}", false)]
    public void Integer_clocks_may_touch_the_flags(string line, bool read)
    {
        var rows = TextRows.Of(Render((i, n, p) => string.Format(CultureInfo.InvariantCulture, line, 4327373460000 + (i * 1000), n + ":", p)));
        if (read) Assert.Equal(Reference("CPU 0/KVM"), rows.Rows);
        else Assert.All(rows.Rows, row => Assert.DoesNotContain(" CPU 0/KVM tid 77 ", row, StringComparison.Ordinal));
    }

    [Fact]
    public void One_integer_among_seconds_does_not_make_the_clock_an_integer_one()
    {
        var rows = TextRows.Of(Render((i, n, p) => Report("a", i, n, p)) + "       CPU 0/KVM-77    [001] 12: kvm_entry: vcpu 0 rip 0x1\n");
        Assert.Equal(KvmTraceLab.Parser.TimeUnit.Nanoseconds, rows.Info.TimeUnit);
    }

    [Fact]
    public void Instance_names_are_no_part_of_the_comm()
    {
        var rows = TextRows.Of(Render((i, n, p) => Report("CPU 0/KVM", i, n, p, prefix: "  kvm-inst: ")));
        Assert.Equal(Reference("CPU 0/KVM").Select(r => r.Replace("tid 77 ", "tid 77 kvm-inst/", StringComparison.Ordinal)), rows.Rows);
        var squeezed = TextRows.Of("long-instance: CPU 0/KVM-77 [001] 1.000001: kvm_entry: vcpu 0 rip 0x1\n");
        Assert.Equal("1000001000 [1] CPU 0/KVM tid 77 long-instance/kvm_entry: vcpu_id=0x0 rip=0x1", squeezed.Rows[0]);
    }

    [Fact]
    public void Elisions_mark_the_next_event_and_nothing_else()
    {
        foreach (var mark in (string[])["...\n", "--\n", "[...]\n", "(...)\n", "[snip]\n", "> ...\n"])
        {
            var rows = TextRows.Of(Render((i, n, p) => Report("CPU 0/KVM", i, n, p), between: mark));
            var expected = Reference("CPU 0/KVM").Select((r, i) => i == 0 ? r : r.Replace("tid 77 ", "tid 77 (gap) ", StringComparison.Ordinal));
            Assert.Equal(expected, rows.Rows);
            Assert.Equal(7, rows.Lines.Comments);
        }
    }

    /// <summary>Everything the cut leaves: the same fields, without what was cut off.</summary>
    [Fact]
    public void Hand_cut_lines_keep_what_is_there()
    {
        var kvm = Events.Where(e => e.Name.StartsWith("kvm", StringComparison.Ordinal)).ToArray();
        string Fields(string row) => row[row.IndexOf("kvm_", StringComparison.Ordinal)..];
        var fields = Reference("x").Where(r => r.Contains("kvm_", StringComparison.Ordinal)).Select(Fields).ToList();
        var cuts = new (string Name, Func<(string Name, string Payload), int, string> Line, string Head)[]
        {
            ("from the event name on", (e, _) => $"{e.Name}: {e.Payload}", ""),
            ("indented", (e, _) => $"    {e.Name}:   {e.Payload}", ""),
            ("system and event", (e, _) => $"kvm:{e.Name}: {e.Payload}", ""),
            ("time only", (e, i) => $"4327.37346{i}: {e.Name}: {e.Payload}", "T "),
            ("CPU only", (e, _) => $"CPU 1: {e.Name}: {e.Payload}", "[1] "),
            ("comm and time", (e, i) => $"preempt_test  4327.37346{i}: kvm:{e.Name}: {e.Payload}", "T preempt_test "),
            ("no time", (e, _) => $"CPU 0/KVM-77 [001] d..1. {e.Name}: {e.Payload}", "[1] CPU 0/KVM tid 77 "),
        };
        foreach (var (name, line, head) in cuts)
        {
            var rows = TextRows.Of(string.Concat(kvm.Select((e, i) => line(e, i) + "\n")));
            var expected = fields.Select((f, i) => head.Replace("T ", $"432737346{i}000 ", StringComparison.Ordinal) + f);
            Assert.True(expected.SequenceEqual(rows.Rows), $"{name}:\n{string.Join('\n', rows.Rows)}");
            rows.CheckConservation();
        }
    }

    /// <summary>Mailers break lines at a blank; the parts join to the same event, quoted or not, whatever the width.</summary>
    [Theory]
    [InlineData("", 72)]
    [InlineData("", 64)]
    [InlineData("> ", 72)]
    [InlineData(">> ", 60)]
    public void Hard_wrapped_lines_join(string quote, int width)
    {
        var kvm = Events.Where(e => e.Name.StartsWith("kvm", StringComparison.Ordinal)).ToArray();
        var text = new StringBuilder();
        for (var i = 0; i < kvm.Length; i++)
        {
            var rest = Report("CPU 0/KVM", i, kvm[i].Name, kvm[i].Payload);
            while (rest.Length > width && rest.LastIndexOf(' ', width) is > 40 and var cut)
            {
                text.Append(quote).Append(rest[..cut]).Append(" \n");
                rest = rest[(cut + 1)..];
            }

            text.Append(quote).Append(rest).Append('\n');
        }

        var expected = TextRows.Of(string.Concat(kvm.Select((e, i) => Report("CPU 0/KVM", i, e.Name, e.Payload) + "\n")));
        var rows = TextRows.Of(text.ToString());
        Assert.Equal(expected.Rows, rows.Rows);
        Assert.True(rows.Lines.Continuations > 0);
        Assert.Equal(0, rows.Lines.NotUnderstood + rows.Lines.Comments);
        rows.CheckConservation();
    }

    [Fact]
    public void A_line_of_words_behind_a_whole_event_is_no_part_of_it()
    {
        var rows = TextRows.Of("a-1 [000] 1.0: kvm_exit: " + Exit + "\nthe last three lines seem to be repeating\nin a loop.\n\nRegards\n");
        Assert.Single(rows.Rows);
        Assert.Equal((5, 1, 0, 4), (rows.Lines.Lines, rows.Lines.Events, rows.Lines.Continuations, rows.Lines.Comments));
        rows.CheckConservation();
    }

    [Theory]
    [InlineData("CPU:1 [LOST 12 EVENTS]", "[1] LOST 12")]
    [InlineData("CPU:1 [12 EVENTS DROPPED]", "[1] LOST 12")]
    [InlineData("CPU:13 [EVENTS DROPPED]", "[13] LOST ?")]
    [InlineData("CPU:1 [LOST EVENTS]", "[1] LOST ?")]
    [InlineData("> CPU:1 [LOST 12 EVENTS]", "[1] LOST 12")]
    [InlineData("  inst: CPU:1 [12 EVENTS DROPPED]\r", "[1] LOST 12")]
    [InlineData(" CPU 0/KVM   77 [001]  4.000001: PERF_RECORD_LOST lost 12", "[1] LOST 12")]
    public void Lost_markers_count_in_every_spelling(string line, string row)
    {
        var rows = TextRows.Of("a-1 [001] 1.0: kvm_entry: vcpu 0 rip 0x1\n" + line + "\na-1 [001] 2.0: kvm_entry: vcpu 0 rip 0x1\n");
        Assert.Equal(row, rows.Rows[1]);
        Assert.Equal(1, rows.Lines.LostMarkers);
        rows.CheckConservation();
    }

    [Fact]
    public void Function_and_stack_lines_are_kept_apart_from_their_neighbours()
    {
        var rows = TextRows.Of("""
            cpus=2
                   CPU 0/KVM-77    [001]  1.000001: kvm_entry:             vcpu 0 rip 0x1
                   CPU 0/KVM-77    [001]  1.000002: function:             vmx_vcpu_run <-- vcpu_enter_guest
                   CPU 0/KVM-77    [001] d..1.  1.000003: vmx_handle_exit <-vcpu_enter_guest
                   CPU 0/KVM-77    [001]  1.000004: kernel_stack:         <stack trace >
            => trace_event_raw_event_kvm_exit (ffffffffc0a5a3a1)
            => vmx_vcpu_run (ffffffffc0b0d2f3)
                   CPU 0/KVM-77    [001]  1.000005: kvm_exit:             reason HLT rip 0x2 info 0 0

            """);
        Assert.Equal(["kvm_entry", "function", "function", "kernel_stack", "kvm_exit"], rows.Names);
        Assert.Equal((2, 0), (rows.Lines.Continuations, rows.Lines.NotUnderstood));
        rows.CheckConservation();
    }

    [Fact]
    public void Raw_fields_and_the_kernels_text_give_the_same_rows()
    {
        string[] kernel =
        [
            "kvm_exit: vcpu 0 reason npf rip 0x100003 info1 0x0000000100000006 info2 0x0000000000087ef8 intr_info 0x00000000 error_code 0x00000000",
            "kvm_page_fault: vcpu 0 rip 0x100003 address 0x0000000000087ef8 error_code 0x100000006",
            "kvm_tdp_mmu_spte_changed: as id 0 gfn 100 level 1 old_spte 0 new_spte 64c7e67",
        ];
        string[] raw =
        [
            "kvm_exit:  exit_reason=1024 guest_rip=0x100003 isa=2 info1=0x0000000100000006 info2=0x0000000000087ef8 intr_info=0x00000000 error_code=0x00000000 vcpu_id=0",
            "kvm_page_fault:  vcpu_id=0 guest_rip=0x100003 fault_address=0x0000000000087ef8 error_code=0x100000006",
            "kvm_tdp_mmu_spte_changed:  gfn=100 old_spte=0 new_spte=64c7e67 level=1 as_id=0",
        ];
        List<string> Read(string[] lines) => TextRows.Of(string.Concat(lines.Select(l => $"  CPU 0/KVM-77 [001] 1.000001: {l}\n"))).Rows;
        Assert.Equal(Read(kernel), Read(raw));
        Assert.Contains("exit_reason=0x400 isa=0x2 ", Read(raw)[0], StringComparison.Ordinal);
    }

    /// <summary>As recorded on 7.2 with <c>trace_options/fields</c>: hexadecimal and decimal, a byte in brackets, printable ones as a letter too.</summary>
    [Theory]
    [InlineData("kvm_exit: exit_reason=0x400 (1024) guest_rip=0x100000 (1048576) isa=0x2 (2) info1=0x200000006 (8589934598) info2=0x2000 (8192) intr_info=0x0 (0) error_code=0x0 (0) vcpu_id=0x0 (0) requests=0x0 (0)",
        "kvm_exit: vcpu_id=0x0 exit_reason=0x400 isa=0x2 guest_rip=0x100000 info1=0x200000006 info2=0x2000 intr_info=0x0 error_code=0x0 requests=0x0")]
    [InlineData("kvm_tdp_mmu_spte_changed: gfn=0x0 (0) old_spte=0x8000000000000000 (-9223372036854775808) new_spte=0x81fb827 (136296487) level=(4) as_id=(0)",
        "kvm_tdp_mmu_spte_changed: gfn=0x0 old_spte=0x8000000000000000 new_spte=0x81fb827 level=0x4 as_id=0x0")]
    [InlineData("kvm_tdp_mmu_spte_changed: gfn=0x10 (16) old_spte=0x0 (0) new_spte=0x81fb827 (136296487) level='1'(49) as_id=(0)",
        "kvm_tdp_mmu_spte_changed: gfn=0x10 old_spte=0x0 new_spte=0x81fb827 level=0x31 as_id=0x0")]
    public void The_kernels_option_fields_is_read(string payload, string row)
    {
        var rows = TextRows.Of($"             vmt-126     [001] ...1.    28.544190: {payload}\n");
        Assert.Equal(row, Assert.Single(rows.Rows)[Assert.Single(rows.Rows).IndexOf("kvm_", StringComparison.Ordinal)..]);
        rows.CheckConservation();
    }

    [Theory]
    [InlineData("Linux v6-12 [1] note: this is a link")]
    [InlineData("see commit abc-1 [2] fixes: nothing")]
    [InlineData("On 5/5/26 9:50 PM, Paolo Bonzini wrote:")]
    [InlineData("Date: Mon May 11 2026 - 06:54:59 EST")]
    [InlineData("[0] https://example.org/x?y=1")]
    [InlineData("QEMU options: -cpu host,level=30,+vmx-mbec,-cet-ss,-cet-ibt")]
    public void Words_of_a_mail_are_no_events(string line)
    {
        var rows = TextRows.Of(line + "\na-1 [001] 1.0: kvm_entry: vcpu 0 rip 0x1\n");
        Assert.Equal(["kvm_entry"], rows.Names);
        Assert.Equal((1, 0), (rows.Lines.Comments, rows.Lines.NotUnderstood));
    }

    [Fact]
    public void Rows_of_a_table_of_shares_are_events_of_the_kind_its_first_line_names()
    {
        var rows = TextRows.Of(
            "Samples: 10K of event 'kvm:kvm_msr', 1 Hz, Event count (approx.): 7073 lost: 0/0 drop: 0/0\n"
            + "Overhead  Trace output\n"
            + "  59.47%  msr_write 6e0 = 0x1\n"
            + "   1.05%  no such text\n"
            + "Samples: 3 of event 'kvm:kvm_exit'\n"
            + "  29.76%  reason HLT rip 0x10 info 0 0\n");
        Assert.Equal(["kvm_msr: write=0x1 ecx=0x6e0 data=0x1 exception=0x0", "kvm_exit: exit_reason=0xc isa=0x1 guest_rip=0x10 info1=0x0 info2=0x0"], rows.Rows);
        Assert.Equal((6, 2, 4), (rows.Lines.Lines, rows.Lines.Events, rows.Lines.Comments));
        rows.CheckConservation();
    }
}
