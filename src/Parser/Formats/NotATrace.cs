namespace KvmTraceLab.Parser.Formats;

/// <summary>Says what an input is that is no trace, so that the user knows what to give instead.</summary>
internal static class NotATrace
{
    public static string Describe(ReadOnlySpan<byte> head)
    {
        if (!head.ContainsAnyExcept((byte)0)) return "holds only NUL bytes; a trace was expected (an unfinished recording? run trace-cmd restore)";
        if (head.StartsWith("PERFILE2"u8)) return "is perf.data; run `perf script -i FILE` and give its text";
        if (head.StartsWith((ReadOnlySpan<byte>)[0x7f, 0x45, 0x4c, 0x46])) return "is an ELF program or core; a trace was expected";
        if (head is [0xff, 0xfe, ..] or [0xfe, 0xff, ..]) return "is UTF-16 text; convert it: iconv -f UTF-16 -t UTF-8";
        if (TextKind(head) is { } kind) return kind;
        return "is no trace: no event line and no trace.dat header was found; give trace.dat or the text of trace-cmd report";
    }

    /// <summary>Texts that belong to a trace and are none, by the words their tools print.</summary>
    private static string? TextKind(ReadOnlySpan<byte> head)
    {
        if (head.IndexOf("VM-EXIT"u8) >= 0 && head.IndexOf("Samples%"u8) >= 0)
            return "is the report of perf kvm stat: counts, no events; `ktl compare` takes it as a stage, for the rest give the trace";
        if (head.IndexOf("Tracing meta data in file"u8) >= 0 || head.IndexOf("[Section "u8) >= 0 || head.IndexOf("[Initial format]"u8) >= 0)
            return "is what trace-cmd dump prints about a trace, no trace; give the trace.dat itself or the text of trace-cmd report";
        if (head.IndexOf("commit overrun:"u8) >= 0)
            return "is what trace-cmd prints about its buffers (report --stat, stat, record), no trace; give the trace.dat or the text of trace-cmd report";
        if (head.IndexOf("kvm statistics"u8) >= 0 || head.IndexOf("kvm_exit,"u8) >= 0)
            return "is a log of kvm_stat: counts, no events; `ktl compare` takes it as a stage, for the rest give a trace";
        if (head.IndexOf("Overhead"u8) >= 0 && (head.IndexOf("Trace output"u8) >= 0 || head.IndexOf("Shared Object"u8) >= 0))
            return "is a table of perf top or perf report: shares, no events; give the text of perf script";
        return null;
    }
}
