using System.Text;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Tests.Parser.Text;

/// <summary>KVM's events in the text of ftrace's tracers and options, of the kernel's console and of perf's columns. Forms as Linux 6.18 and perf 6.1 print them.</summary>
public sealed class TracerTextTests
{
    private const string Exit = "kvm_exit: reason CPUID rip 0x1000 info 0 0";
    private const string Fields = "kvm_exit: exit_reason=0xa isa=0x1 guest_rip=0x1000 info1=0x0 info2=0x0";

    /// <summary>
    /// latency-format and verbose: the time in brackets is hexadecimal microseconds, or ticks of a clock that is not nanoseconds; behind it stands the time since the tracer began.
    /// </summary>
    [Theory]
    [InlineData("     CPU 0/KVM    3927   1 4 00000001 00000012 [7f557c594] 34180941.204ms (+0.030ms): ", "34180941204000 [1] CPU 0/KVM tid 3927 ")]
    [InlineData("           <...>    3927  12 0 00000001 00000000 [7f557c5b2] 0.234ms (+0.031ms): ", "34180941234000 [12] <...> tid 3927 ")]
    [InlineData("        qemu-kvm    3927   0 0 00000001 00000000 [000050b5746d39ce] 48352044 (+182260): ", "88740272617934 [0] qemu-kvm tid 3927 ")]
    [InlineData("[  123.456789][ T3927] ", "123456789000 tid 3927 ")]
    [InlineData("[34180.000004][    C2] ", "34180000004000 [2] ")]
    [InlineData("             pio   108 [001] K         7.278308: kvm:", "7278308000 [1] pio tid 108 ")]
    [InlineData("             pio   108 [001] K         7.278308:          1  kvm:", "7278308000 [1] pio tid 108 ")]
    [InlineData("             pio   108 K         7.278308: kvm:", "7278308000 pio tid 108 ")]
    [InlineData("             pio   108     7.278308:          1 kvm:", "7278308000 pio tid 108 ")]
    [InlineData("             pio   100/108     7.278308:          1 kvm:", "7278308000 pio tid 108 ")]
    [InlineData("             pio kvm:", "pio ")]
    [InlineData("       CPU 0/KVM   108 kvm:", "CPU 0/KVM tid 108 ")]
    public void An_event_has_its_task_CPU_and_time(string before, string expected)
    {
        var rows = TextRows.Of(before + Exit + "\n");
        rows.CheckConservation();
        Assert.Equal(expected + Fields, Assert.Single(rows.Rows));
        Assert.Empty(rows.Health.Entries);
    }

    /// <summary>Words that only resemble these forms are none.</summary>
    [Theory]
    [InlineData("[  123.456789][ T3927] kvm_intel_frob: loaded 2 units")]
    [InlineData("see kvm:kvm_exit: it has a reason")]
    [InlineData("the tracepoints kvm:kvm_exit: and so on 12")]
    [InlineData("        qemu-kvm    3927   0 0 0001 0000 [000050b5746d39ce] 48352044 (+182260): hello")]
    public void Words_stay_words(string line)
    {
        var rows = TextRows.Of(line + "\n");
        rows.CheckConservation();
        Assert.Empty(rows.Rows);
    }

    /// <summary>What a tracer prints between the events: functions by name, rows of its own without; never words, and never part of the event before.</summary>
    [Theory]
    [InlineData("qemu-kvm-3927      2d..1.   12us+: kvm_arch_vcpu_load <-vcpu_load", "function")]
    [InlineData("qemu-kvm-3927    [002] d..1. 1.000002: kvm_vcpu_kick+0x10/0x20", "function")]
    [InlineData("qemu-kvm-3927    [002] d..1. 1.000002: kvm_vcpu_kick <ffffffffc0123456>", "function")]
    [InlineData("qemu-kvm-3927    [002] d..1. 1.000002: kvm_vcpu_kick <ffffffffc0123456> <-kvm_make_request <ffffffffc0123457>", "function")]
    [InlineData("  <idle>-0         2d.h5.    0us :      0:120:R   + [002]    3927: 98:R qemu-kvm", "(unknown)")]
    [InlineData("<...>-1729  [001] d...1 676.123456: #1 inner/outer(us):   11/11    ts:1527801.000000001 count:9 nmi-total:4 nmi-count:1", "(unknown)")]
    [InlineData("<...>-859     [000] .... 1.000003: 1000000        190  99.98100       9     18      0   1007     18      1", "(unknown)")]
    [InlineData("<...>-3927    [000] ...1. 34180.941204: UNKNOWN TYPE 5", "(unknown)")]
    public void A_tracer_s_rows_are_events(string line, string name)
    {
        var rows = TextRows.Of($"qemu-kvm-3927  [002] d..1. 1.000000: {Exit}\n{line}\n");
        rows.CheckConservation();
        Assert.Equal(["kvm_exit", name], rows.Names);
        Assert.Empty(rows.Health.Entries);
    }

    /// <summary>A name that was damaged is trouble, not a tracer's row.</summary>
    [Theory]
    [InlineData("qemu-kvm-3927  [002] d..1. 1.000000: kvm?exit: kvm_x reason CPUID")]
    [InlineData("qemu-kvm-3927  [002] d..1. 1.000000: 5 kvm_exit: reason CPUID rip 0x1000 info 0 0")]
    public void A_damaged_name_is_no_tracer_s_row(string line) => Assert.DoesNotContain("(unknown)", TextRows.Of($"qemu-kvm-3927  [002] d..1. 1.000000: {Exit}\n{line}\n").Names);

    /// <summary>function_graph prints events as comments among the calls; which columns stand before them was chosen.</summary>
    [Theory]
    [InlineData(" 2)               |    /* ", "[2] ")]
    [InlineData(" 34180.941204 |   2)  qemu-kv-3927  |               |    /* ", "34180941204000 [2] qemu-kv tid 3927 ")]
    [InlineData(" 34180.941204 |   2)               |    /* ", "34180941204000 [2] ")]
    [InlineData(" 2)  qemu-kv-3927  | d..1. |               |    /* ", "[2] qemu-kv tid 3927 ")]
    public void Events_among_calls_are_read(string before, string expected)
    {
        var text = "# tracer: function_graph\n#\n 2)               |  vmx_handle_exit() {\n" + before + Exit + " */\n 2)   0.123 us    |    kvm_skip_emulated_instruction();\n 2) ! 123.234 us  |  }\n";
        using var trace = Trace.Open(TraceInput.FromBytes(Encoding.UTF8.GetBytes(text)), new TraceOptions());
        var rows = TextRows.Of(trace);
        rows.CheckConservation();
        Assert.Equal(expected + Fields, Assert.Single(rows.Rows));
        Assert.Empty(rows.Health.Entries);
    }

    /// <summary>Where the task is no column of its own, the lines between tell which one a CPU went to.</summary>
    [Fact]
    public void A_change_of_tasks_names_the_task()
    {
        var text = $" 2)               |  /* {Exit} */\n 2)  swapper/-0   =>   qemu-kvm-3927  \n 2)               |  /* {Exit} */\n 1)               |  /* {Exit} */\n";
        using var trace = Trace.Open(TraceInput.FromBytes(Encoding.UTF8.GetBytes(text)), new TraceOptions());
        Assert.Equal(["[2] " + Fields, "[2] qemu-kvm tid 3927 " + Fields, "[1] " + Fields], TextRows.Of(trace).Rows);
    }

    /// <summary>
    /// There are only so many numbers for names and for buffers. Which names get one depends on the order of the input, not on who decodes what.
    /// </summary>
    [Fact]
    public void Names_beyond_the_last_number_do_not_depend_on_threads()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 70_000; i++) text.Append($"a-1 [000] 1.{i:d6}: event_{i * 7919 % 70_000}: x\n");
        for (var i = 0; i < 400; i++) text.Append($"buffer{i}:          a23456789012345-1 [000] 2.{i:d6}: kvm_fpu: load\n");
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var alone = TextRows.Of(bytes);
        Assert.Contains("(unknown)", alone.Names);
        Assert.Equal(alone.Rows, TextRows.Of(bytes, threads: 4).Rows);
    }
}
