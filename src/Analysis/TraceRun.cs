using KvmTraceLab.Analysis.Recording;
using KvmTraceLab.Analysis.Symbols;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis;

/// <summary>A trace that was read to its end, and what all analyses may ask of it.</summary>
/// <param name="Trace">Source, health, line tally.</param>
/// <param name="Replayer">Lanes, times, vendor.</param>
public sealed record TraceRun(Trace Trace, TraceReplayer Replayer)
{
    public TraceInfo Info => Trace.Info;

    /// <summary>
    /// A sentence with its commands fit to be pasted: FILE becomes the trace's name as a shell takes it, unless it came through a pipe. For
    /// people alone; JSON does not depend on where a trace lies.
    /// </summary>
    public string Named(string sentence) => Trace.Path is "-" || Trace.Path.Any(char.IsControl) ? sentence : sentence.Replace(" FILE", " " + Quoted(Trace.Path), StringComparison.Ordinal);

    private static string Quoted(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '+' or ',' or '=' or ':' or '@' or '%') ? path : $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>Names of guest code, as given.</summary>
    public SymbolMap GuestSymbols { get; init; } = SymbolMap.Empty;

    /// <summary>Processes that ran virtual machines when the trace was recorded, as <c>ktl record</c> wrote beside it.</summary>
    public IReadOnlyList<TracedProcess> Processes { get; init; } = [];

    /// <summary>Lines of a kernel log and remarks around the trace that speak of a thread or CPU.</summary>
    public IReadOnlyList<LogLine> LogLines { get; init; } = [];

    public bool IsNanoseconds => Info.TimeUnit == Parser.TimeUnit.Nanoseconds;

    /// <summary>Unit of times as in JSON: <c>ns</c>, <c>cycles</c>, <c>count</c>.</summary>
    public string TimeUnit => Info.TimeUnit switch
    {
        Parser.TimeUnit.Nanoseconds => "ns",
        Parser.TimeUnit.Cycles => "cycles",
        _ => "count",
    };

    /// <summary>Span in seconds; null where the clock does not tell time or the trace has none.</summary>
    public double? Seconds => Replayer.HasTimes && IsNanoseconds && Replayer.LastTime > Replayer.FirstTime
        ? (Replayer.LastTime - Replayer.FirstTime) / 1e9
        : null;

    public long Exits
    {
        get
        {
            long exits = 0;
            foreach (var lane in Replayer.Lanes) exits += lane.Exits;
            return exits;
        }
    }

    public bool LostAnything => Replayer.LostMarkers > 0;

    /// <summary>Exit reasons are numbers of an x86 vendor that this build does not know (KVM_ISA_* is neither VMX nor SVM).</summary>
    public bool IsForeignVendor => Replayer.Vendor is > Isa.Svm and < Isa.Arm64;

    public string Vendor => Replayer.Vendor switch
    {
        Isa.Vmx => "intel",
        Isa.Svm => "amd",
        Isa.Arm64 => "arm64",
        _ => "unknown",
    };
}
