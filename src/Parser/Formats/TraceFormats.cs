using KvmTraceLab.Parser.Formats.Text;
using KvmTraceLab.Parser.Formats.TraceDat;

namespace KvmTraceLab.Parser.Formats;

/// <summary>The visible list of input formats, in the order they are tried.</summary>
public static class TraceFormats
{
    public static IReadOnlyList<ITraceFormat> All { get; } =
    [
        new TraceDat.TraceDatFormat(),
        new TextFormat(TextFormat.TraceCmd, "text of trace-cmd report, with or without -l, -t, -R, -N"),
        new TextFormat(TextFormat.Ftrace, "text of tracefs trace or trace_pipe"),
        new TextFormat(TextFormat.PerfScript, "text of perf script"),
        new TextFormat(TextFormat.Pasted, "pieces of any of these as people paste them: quoted, wrapped, elided, cut down"),
    ];
}
