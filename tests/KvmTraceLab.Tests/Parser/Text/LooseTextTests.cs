using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Tests.Parser.Text;

/// <summary>Texts that people shortened, relabelled or wrote about: what is an event, what it says, and what is none.</summary>
public sealed class LooseTextTests
{
    private const string Envelope = "vmm-7 [001] 1.000001: ";

    [Theory]
    [InlineData("vcpu_match_mmio: gpa 0xd0000000 Read GPA", "vcpu_match_mmio: gpa=0xd0000000 write=0x0 gpa_match=0x1")]
    [InlineData("kvm_cpuid: func 1 idx 0 rax 0x806ec rbx 0x0 rcx 0x7f rdx 0x17", "kvm_cpuid: function=0x1 index=0x0 rax=0x806ec rbx=0x0 rcx=0x7f rdx=0x17")]
    [InlineData("kvm_mmu_set_spte: gfn 800 spte 1234b77 (rwxu) level 1", "kvm_mmu_set_spte: gfn=0x800 spte=0x1234b77 level=0x1 r=0x1 x=0x1 u=0x1")]
    [InlineData("...: kvm_exit: reason HLT rip 0x7f info 0 0", "kvm_exit: exit_reason=0xc isa=0x1 guest_rip=0x7f info1=0x0 info2=0x0")]
    public void A_shortened_payload_keeps_what_is_left(string payload, string fields)
    {
        var isTimeless = payload.StartsWith("...", StringComparison.Ordinal);
        var rows = TextRows.Of((isTimeless ? "vmm-7 [001] " : Envelope) + payload + "\n");
        Assert.Equal((isTimeless ? "[1] vmm tid 7 " : "1000001000 [1] vmm tid 7 ") + fields, Assert.Single(rows.Rows));
        Assert.Equal(0, rows.Lines.NotUnderstood);
    }

    /// <summary>Two missing fields were complained of one after the other.</summary>
    [Fact]
    public void The_plugin_may_have_missed_two_fields()
    {
        const string Payload = "vcpu 0 reason npf rip 0x400433 info1 0x0000000200000006 info2 0x0000000000641000 intr_info 0x00000000 error_code 0x00000000\n";
        Assert.Equal(TextRows.Of(Envelope + "kvm_nested_vmexit: " + Payload).Rows, TextRows.Of(Envelope + "kvm_nested_vmexit:    CAN'T FIND FIELD \"rip\"<CANT FIND FIELD exit_code>" + Payload).Rows);
    }

    /// <summary>Each line alone brings fields and words that are none yet.</summary>
    [Fact]
    public void An_event_may_be_wrapped_within_a_name()
    {
        const string Text = """
            kvm_nested_vmenter: rip: 0x0000000000008002 vmcs: 0x0000000000007000
                                nested_rip: 0x0000000000000010 int_ctl: 0x00000000
            		    event_inj: 0x80000020 nested_ept=n guest
            		    cr3: 0x0000000000002000
            kvm_entry: vcpu 0, rip 0x8000

            """;
        var rows = TextRows.Of(Text);
        Assert.Equal(2, rows.Rows.Count);
        Assert.Contains(" nested_rip=0x10 int_ctl=0x0 event_inj=0x80000020 tdp_enabled=0x0 guest_pgd=0x2000 ", rows.Rows[0], StringComparison.Ordinal);
        Assert.Equal((5, 2, 3), (rows.Lines.Lines, rows.Lines.Events, rows.Lines.Continuations));
        rows.CheckConservation();
    }

    /// <summary>A line that brings fields is waited for; where the event does not become whole it stays as it was.</summary>
    [Fact]
    public void Words_behind_a_further_field_are_words()
    {
        const string Text = "kvm_nested_vmenter: rip: 0x8002 vmcs: 0x7000\nnested_rip: 0x10 is where L2 begins,\nas one can see.\nkvm_entry: vcpu 0, rip 0x8000\n";
        var rows = TextRows.Of(Text);
        Assert.Equal(["kvm_nested_vmenter", "kvm_entry"], rows.Names);
        Assert.DoesNotContain("nested_rip", rows.Rows[0], StringComparison.Ordinal);
        Assert.Equal((2, 2), (rows.Lines.Events, rows.Lines.Comments));
        rows.CheckConservation();
    }

    [Theory]
    [InlineData("kvm_msr: this is what shows a write")]
    [InlineData("kvm_mmu_get_page: this tracepoint is emitted when a page is made.")]
    [InlineData("kvm_vm_release: freeing VM")]
    [InlineData("2. kvm_msr: a write of the guest")]
    public void A_note_on_a_function_is_no_event(string line)
    {
        var rows = TextRows.Of(line + "\n" + Envelope + "kvm_entry: vcpu 0\n");
        Assert.Equal(["kvm_entry"], rows.Names);
        Assert.Equal((2, 1, 1), (rows.Lines.Lines, rows.Lines.Events, rows.Lines.Comments));
        Assert.Equal(1, rows.Health.CountOf(TraceHealth.Prose));
    }

    [Fact]
    public void A_gap_before_a_note_is_a_gap_before_the_next_event()
    {
        var rows = TextRows.Of("kvm_entry: vcpu 0\n...\nkvm_msr: a write of the guest\nkvm_entry: vcpu 1\n");
        Assert.Equal(["kvm_entry: vcpu_id=0x0", "(gap) kvm_entry: vcpu_id=0x1"], rows.Rows);
    }

    [Fact]
    public void A_label_may_stand_before_a_bare_event() =>
        Assert.Equal(
            TextRows.Of("kvm_entry: vcpu 0, rip 0x10\nkvm_entry: vcpu 1, rip 0x20\n").Rows,
            TextRows.Of("   A@1451335: kvm:kvm_entry: vcpu 0, rip 0x10\n   B@1476293: kvm:kvm_entry: vcpu 1, rip 0x20\n").Rows);

    /// <summary>tp_printk puts events into the kernel's log; a journal puts its own before that.</summary>
    [Theory]
    [InlineData("[  673.850218] ", "673850218000 ")]
    [InlineData("Nov 21 15:00:01 host kernel: ", "")]
    [InlineData("Nov 21 15:00:01 host kernel: [  673.850218] ", "")]
    public void The_kernel_s_log_may_hold_events(string prefix, string time) =>
        Assert.Equal(TextRows.Of("kvm_exit: reason HLT rip 0x10 info 0 0\n").Rows.Select(r => time + r), TextRows.Of(prefix + "kvm_exit: reason HLT rip 0x10 info 0 0\n").Rows);

    /// <summary>perf trace has names and decimal numbers, older ones the kernel's text and no task; times are milliseconds.</summary>
    [Theory]
    [InlineData("  4327.373 CPU 0/KVM/16105 kvm:kvm_pio(rw: 0, port: 1544, size: 4, count: 1, val: 6007728)", "4327373000 CPU 0/KVM tid 16105 kvm_pio: rw=0x0 port=0x608 size=0x4 count=0x1 val=0x5babb0")]
    [InlineData("     0.003 (         ): CPU 0/KVM/16105 kvm:kvm_exit:reason HLT rip 0x10 info 0 0)", "3000 CPU 0/KVM tid 16105 kvm_exit: exit_reason=0xc isa=0x1 guest_rip=0x10 info1=0x0 info2=0x0")]
    [InlineData("     0.003 CPU 0/KVM/16105 kvm:kvm_exit(guest_rip: 4096, isa: 1, info1: 5)", "3000 CPU 0/KVM tid 16105 kvm_exit: exit_reason=0x0 isa=0x1 guest_rip=0x1000 info1=0x5")]
    [InlineData("     0.003 CPU 0/KVM/16105 kvm:kvm_exit(exit_reason: 12, guest_rip: 4096, isa: 1)", "3000 CPU 0/KVM tid 16105 kvm_exit: exit_reason=0xc isa=0x1 guest_rip=0x1000")]
    [InlineData("     1.003 kvm:kvm_msr:msr_read ce = 0x0 (#GP))", "1003000 kvm_msr: write=0x0 ecx=0xce data=0x0 exception=0x1")]
    public void What_perf_trace_prints_is_read(string line, string row) => Assert.Equal(row, Assert.Single(TextRows.Of(line + "\n").Rows));

    /// <summary>An event of another tool in a mail may come before the trace; what most times are is the clock's unit.</summary>
    [Fact]
    public void A_clock_of_seconds_is_one_though_an_integer_came_first()
    {
        var prose = new string('x', 99) + "\n";
        var words = string.Concat(Enumerable.Repeat(prose, (KvmTraceLab.Parser.Formats.Text.TextBlock.Size / prose.Length) + 1));
        var rows = TextRows.Of("foo-1 [000] 5: bar: baz\n\n" + words + "\n" + string.Concat(Enumerable.Repeat(Envelope + "kvm_entry: vcpu 0\n", 3)));
        Assert.Equal(4, rows.Lines.Events);
        Assert.Equal(KvmTraceLab.Parser.TimeUnit.Nanoseconds, rows.Info.TimeUnit);
    }

    [Fact]
    public void Counts_of_lost_events_that_no_machine_can_lose_do_not_become_negative()
    {
        var marker = $"CPU:0 [LOST {long.MaxValue / 2 - 1} EVENTS]\n";
        var rows = TextRows.Of(Envelope + "kvm_entry: vcpu 0\n" + marker + marker + marker + Envelope + "kvm_entry: vcpu 0\n");
        Assert.Equal(long.MaxValue, rows.Health.CountOf(TraceHealth.LostEvents));
        Assert.Equal(long.MaxValue, rows.Info.LostByCpu[0].Counted);
    }

    /// <summary>A few such lines in a page that speaks of functions; what somebody noted behind one is no field of it.</summary>
    [Fact]
    public void Perf_trace_s_lines_are_found_among_the_words_of_a_page()
    {
        var rows = TextRows.Of(
            "kvm_vcpu_reset sets it:\n\tkvm_set_msr(vcpu, 0x10, 0);\n\tkvm_load_guest_fpu(vcpu);\n"
            + "     0.106 :4711/4712 kvm:kvm_pio(rw: 1, port: 1016, size: 1, count: 1, val: 13) // hex(1016) = '0x3f8'\n"
            + "     0.204 :4711/4712 kvm:kvm_pio(rw: 1, port: 1016, size: 1, count: 1, val: 10)\n");
        Assert.Equal(["106000 :4711 tid 4712 kvm_pio: rw=0x1 port=0x3f8 size=0x1 count=0x1 val=0xd", "204000 :4711 tid 4712 kvm_pio: rw=0x1 port=0x3f8 size=0x1 count=0x1 val=0xa"], rows.Rows);
        Assert.Equal(0, rows.Health.CountOf(TraceHealth.PayloadNotUnderstood));
    }

    /// <summary>The kernel's functions print their names into its log, with numbers behind: only what has a shape is an event there.</summary>
    [Theory]
    [InlineData("[  673.850218] kvm_get_time_scale: base_hz 1000000000 => 1996249000, shift 1")]
    [InlineData("[  673.850218] kvm [4711]: kvm_handle_exit_of_mine: cause: 0x10804000, PC: 1200018c8")]
    [InlineData("[  673.850218] kvm [4711]: kvm_handle_exit_of_mine : cause register = 40008000")]
    [InlineData("Nov 21 15:00:01 host kernel: kvm_get_time_scale: shift 1")]
    public void What_functions_say_in_the_kernel_s_log_is_no_event(string line)
    {
        var rows = TextRows.Of($"{line}\n[  673.850300] kvm_exit: reason HLT rip 0x10 info 0 0\n");
        Assert.Equal(["kvm_exit"], rows.Names);
        Assert.Equal((2, 1, 1, 0), (rows.Lines.Lines, rows.Lines.Events, rows.Lines.Comments, rows.Lines.NotUnderstood));
    }

    /// <summary>perf script -F tid,time,event,trace.</summary>
    [Theory]
    [InlineData(" 16105  4327.371266: kvm:kvm_entry: vcpu 0, rip 0x10", "4327371266000 tid 16105 kvm_entry: vcpu_id=0x0 rip=0x10 immediate_exit=0x0")]
    [InlineData("16105 4327.371266: kvm:kvm_entry: vcpu 0, rip 0x10", "4327371266000 tid 16105 kvm_entry: vcpu_id=0x0 rip=0x10 immediate_exit=0x0")]
    [InlineData("   17\t4327.371266: kvm:kvm_entry: vcpu 0, rip 0x10", "4327371266000 kvm_entry: vcpu_id=0x0 rip=0x10 immediate_exit=0x0")]
    [InlineData("17: 4327.371266: kvm:kvm_entry: vcpu 0, rip 0x10", "4327371266000 kvm_entry: vcpu_id=0x0 rip=0x10 immediate_exit=0x0")]
    public void A_number_alone_before_the_time_is_the_thread(string line, string row) => Assert.Equal(row, Assert.Single(TextRows.Of(line + "\n").Rows));

    [Fact]
    public void Frames_of_perf_s_call_chains_belong_to_the_event()
    {
        const string Event = "       CPU 0/KVM 16105 [003]  4327.371266:                    kvm:kvm_exit: reason HLT rip 0x10 info 0 0\n";
        var rows = TextRows.Of(Event + "\tffffffffc0a1b2c3 vmx_vcpu_run+0x123 ([kvm_intel])\n\t    7f1234567890 __GI___ioctl+0x7 (/lib/x86_64-linux-gnu/libc.so.6)\n\t    7f1234567890 run (inlined)\n\t               0 [unknown] ([unknown])\n\n" + Event);
        Assert.Equal((7, 2, 4, 1), (rows.Lines.Lines, rows.Lines.Events, rows.Lines.Continuations, rows.Lines.Comments));
        Assert.Equal(0, rows.Health.CountOf(TraceHealth.Prose));
    }

    [Fact]
    public void An_event_wrapped_behind_its_envelope_keeps_the_instance()
    {
        var rows = TextRows.Of("guest: CPU 0/KVM-16105 [001]  4327.371266:\nkvm_entry: vcpu 0, rip 0x10\nguest: CPU 0/KVM-16105 [001]  4327.371267: kvm_fpu: load\n");
        Assert.Equal(["4327371266000 [1] CPU 0/KVM tid 16105 guest/kvm_entry: vcpu_id=0x0 rip=0x10 immediate_exit=0x0", "4327371267000 [1] CPU 0/KVM tid 16105 guest/kvm_fpu: load=0x1"], rows.Rows);
    }

    /// <summary>A mailer breaks behind a blank too.</summary>
    [Fact]
    public void A_soft_break_may_follow_a_blank()
    {
        const string Text =
            "       CPU 1/KVM-1278472 [119] ...1 246654.769261: kvm_exit: vcpu 1 reason =\nnpf\nrip 0xfc95a info1 0x0000000100000014 info2 0x00000000000fc000 intr_info\n0x00000000 error_code 0x00000000\n";
        const string Clean =
            "       CPU 1/KVM-1278472 [119] ...1 246654.769261: kvm_exit: vcpu 1 reason npf rip 0xfc95a info1 0x0000000100000014 info2 0x00000000000fc000 intr_info 0x00000000 error_code 0x00000000\n";
        Assert.Equal(TextRows.Of(Clean).Rows, TextRows.Of(Text).Rows);
    }
}
