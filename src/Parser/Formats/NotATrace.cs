namespace KvmTraceLab.Parser.Formats;

/// <summary>Says what an input is that is no trace, so that the user knows what to give instead.</summary>
internal static class NotATrace
{
    public static string Describe(ReadOnlySpan<byte> head)
    {
        if (!head.ContainsAnyExcept((byte)0)) return "holds only NUL bytes; a trace was expected (an unfinished recording? run trace-cmd restore)";
        if (head.StartsWith("PERFILE2"u8)) return "is perf.data; run `perf script -i FILE` and give its text";
        if (head.StartsWith((ReadOnlySpan<byte>)[0x7f, 0x45, 0x4c, 0x46])) return "is an ELF program or core; a trace was expected";
        return "is no trace: no event line and no trace.dat header was found; give trace.dat or the text of trace-cmd report";
    }
}
