using System.Text;

namespace KvmTraceLab.Parser.Formats;

/// <summary>Says what an input is that is no trace, so that the user knows what to give instead.</summary>
internal static class NotATrace
{
    private const string Counts = "counts, no events; `ktl compare` takes it as a stage, for the rest give the trace";

    private static readonly System.Buffers.SearchValues<char> NameLetters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdef");

    private const string Dump = "is what trace-cmd dump prints about a trace, no trace; give the trace.dat itself or the text of trace-cmd report";

    /// <summary>Texts that belong to a trace and are none, by words that their tools print; all of one entry's words are there.</summary>
    private static readonly (string[] Words, string Says)[] Texts =
    [
        (["VM-EXIT", "Samples%"], $"is the report of perf kvm stat: {Counts}"),
        (["Event name", "Samples", "Sample%"], "is the report of perf kvm stat: counts, no events; give the trace (trace-cmd record -e kvm, perf script)"),
        (["Tracing meta data in file"], Dump),
        (["[Section "], Dump),
        (["[Initial format]"], Dump),
        (["commit overrun:"], "is what trace-cmd prints about its buffers (report --stat, stat, record), no trace; give the trace.dat or the text of trace-cmd report"),
        (["kvm statistics"], "is a log of kvm_stat: counts, no events; `ktl compare` takes a log of kvm_stat -L or --csv as a stage, for the rest give a trace"),
        ([",kvm_exit,"], $"is a log of kvm_stat: {Counts}"),
        (["halt_exits ", "exits "], "is what kvm_stat shows: counts, no events; give a trace (trace-cmd record -e kvm)"),
        (["Performance counter stats for"], "is what perf stat prints: counts, no events; record with perf record -e 'kvm:*' and give the text of perf script"),
        (["Overhead", "Trace output"], "is a table of perf top or perf report: shares, no events; give the text of perf script"),
        (["Overhead", "Shared Object"], "is a table of perf top or perf report: shares, no events; give the text of perf script"),
        (["KVM_EXIT_REASON", "PID"], "is what bcc's kvmexit prints: counts, no events; give a trace (trace-cmd record -e kvm)"),
        (["KVM_EXIT_REASON", "TGID"], "is what a script of bcc's prints of exits: counts, no events; give a trace (trace-cmd record -e kvm)"),
        (["@", ":kvm_run_exit "], "is a log of QEMU's own trace events, none of KVM's in the kernel; give a trace (trace-cmd record -e kvm)"),
        (["raw event: size"], "is a dump of perf.data (perf script -D); give the text of perf script without it"),
        (["task: ", "\n  Event: "], "is a profile (trace-cmd report --profile): counts and times, no events; give the trace.dat or the text of trace-cmd report"),
        (["\n         --- "], "is a histogram (trace-cmd hist): counts, no events; give the trace.dat or the text of trace-cmd report"),
        (["List of CPUs in ", " with data:"], "is what trace-cmd report says of the file's CPUs, no events; give the trace.dat or the text of trace-cmd report"),
        (["print fmt:", "field:"], "is the format description of an event, no trace; give the text of tracefs trace or of trace-cmd report"),
        (["# tracer:", "entries-in-buffer"], "is an ftrace buffer without events; enable some (echo 1 > events/kvm/enable) and let the guest run"),
        (["ioctl(", "KVM_RUN"], "is a log of strace: system calls of the VMM, no events of KVM; give a trace (trace-cmd record -e kvm)"),
    ];

    public static string Describe(ReadOnlySpan<byte> head)
    {
        if (!head.ContainsAnyExcept((byte)0)) return "holds only NUL bytes; a trace was expected (an unfinished recording? run trace-cmd restore)";
        if (head.StartsWith("PERFILE2"u8)) return "is perf.data; run `perf script -i FILE` and give its text";
        if (head.StartsWith((ReadOnlySpan<byte>)[0x7f, 0x45, 0x4c, 0x46])) return "is an ELF program or core; a trace was expected";
        if (IsTypes(head)) return "is ftrace's output with the option raw, hex or bin: numbers without the events' names; turn the option off and read the trace again";
        if (TextKind(head) is { } kind) return kind;
        return "is no trace: no event line and no trace.dat header was found; give trace.dat or the text of trace-cmd report";
    }

    private static string? TextKind(ReadOnlySpan<byte> head)
    {
        if (head.Contains((byte)0)) return null;
        var text = Encoding.UTF8.GetString(head);
        foreach (var (words, says) in Texts)
            if (Array.TrueForAll(words, w => text.Contains(w, StringComparison.Ordinal))) return says;
        return LineKind(text);
    }

    /// <summary>Texts that are told by the form of their lines: at least half of them have it.</summary>
    private static string? LineKind(string text)
    {
        int lines = 0, maps = 0, stacks = 0, log = 0, payloads = 0, symbols = 0, names = 0, counts = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var rest = line.Trim();
            if (rest.IsEmpty) continue;
            lines++;
            if (rest[0] == '@' && rest.IndexOf(':') > 0) maps++;
            else if (rest[0] == '[' && rest.EndsWith("|") && rest.Contains('|')) maps++;
            var blank = rest.LastIndexOf(' ');
            if (blank > 0 && rest[..blank].Contains(';') && rest[(blank + 1)..].ContainsAnyExceptInRange('0', '9') is false) stacks++;
            if (IsKernelLog(rest)) log++;
            else if (IsPayload(rest)) payloads++;
            else if (IsSymbol(rest)) symbols++;
            else if (IsEventName(rest)) names++;
            else if (IsCount(rest)) counts++;
        }

        if (maps > 0 && maps * 2 >= lines) return "is what bpftrace prints of its maps: counts, no events; give a trace (trace-cmd record -e kvm)";
        if (stacks > 0 && stacks * 2 >= lines) return "is a file of folded stacks (flame graph): counts, no events; give a trace (trace-cmd record -e kvm)";
        if (payloads > 0 && payloads * 2 >= lines) return "is what events say, without their names (perf script -F trace?); print the names too (-F +event)";
        if (symbols > 0 && symbols * 2 >= lines) return "is a list of symbols (kallsyms, trace-cmd report -f or -P), no events; give the trace.dat or the text of trace-cmd report";
        if (names > 0 && names * 2 >= lines) return "is a list of events (available_events, trace-cmd report -E or list -e), no trace; give the trace.dat or the text of trace-cmd report";
        if (counts > 0 && counts * 2 >= lines) return "is a table of counts (kvm_stat -1?), no events; give a trace (trace-cmd record -e kvm)";
        if (log > 0 && log * 2 >= lines) return "is a kernel log without a trace; give the trace, and this with --dmesg";
        return null;
    }

    /// <summary>
    /// ftrace's options raw, hex and bin: <c>3927 0 34180941204455 type: 567</c>, <c>00000f57 00000000 00001f165edbcbe7 type: 567</c>, the same in bytes.
    /// </summary>
    private static bool IsTypes(ReadOnlySpan<byte> head)
    {
        int types = 0, lines = 0;
        while (!head.IsEmpty)
        {
            var newline = head.IndexOf((byte)'\n');
            var line = newline < 0 ? head : head[..newline];
            head = newline < 0 ? default : head[(newline + 1)..];
            if (line.IsEmpty || line[0] == '#') continue;
            lines++;
            var at = line.LastIndexOf("type: "u8);
            if (at >= 0 && at + 6 < line.Length && !line[(at + 6)..].ContainsAnyExceptInRange((byte)'0', (byte)'9')) types++;
        }

        return types > 0 && types * 2 >= lines;
    }

    /// <summary><c>reason HLT rip 0x1000 …</c>, <c>vcpu 0, rip 0x1000</c>.</summary>
    private static bool IsPayload(ReadOnlySpan<char> line) => (line.StartsWith("reason ") || line.StartsWith("vcpu ")) && line.Contains(" rip 0x", StringComparison.Ordinal);

    /// <summary><c>ffffffffbbe33620 kvm_vcpu_kick</c>, with a type between or not.</summary>
    private static bool IsSymbol(ReadOnlySpan<char> line) => line.Length > 17 && line[16] == ' ' && !line[..16].ContainsAnyExcept(HexDigits);

    /// <summary><c>kvm:kvm_exit</c>.</summary>
    private static bool IsEventName(ReadOnlySpan<char> line) =>
        line.IndexOf(':') is > 0 and var colon && colon < line.Length - 1 && !line[..colon].ContainsAnyExcept(NameLetters) && !line[(colon + 1)..].ContainsAnyExcept(NameLetters);

    /// <summary><c>kvm_exit(HLT)    1234    56</c>: a name and two numbers.</summary>
    private static bool IsCount(ReadOnlySpan<char> line)
    {
        var last = line.LastIndexOf(' ');
        var before = last < 0 ? default : line[..last].TrimEnd();
        var middle = before.LastIndexOf(' ');
        return middle > 0 && !line[(last + 1)..].ContainsAnyExceptInRange('0', '9') && !before[(middle + 1)..].ContainsAnyExceptInRange('0', '9') && char.IsAsciiLetter(line[0]);
    }

    /// <summary><c>[  673.850218] kvm_intel: …</c>.</summary>
    private static bool IsKernelLog(ReadOnlySpan<char> line)
    {
        var close = line.IndexOf(']');
        if (line[0] != '[' || close < 0 || close > 20) return false;
        var time = line[1..close].Trim();
        var point = time.IndexOf('.');
        return point > 0 && !time[..point].ContainsAnyExceptInRange('0', '9') && !time[(point + 1)..].ContainsAnyExceptInRange('0', '9');
    }
}
