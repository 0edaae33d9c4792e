using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>
/// Text of any tool. One decoder reads all of them line by line; the name says which tool the content looks like.
/// </summary>
internal sealed class TextFormat(string name, string description) : ITraceFormat
{
    public const string TraceCmd = "trace-cmd-text";
    public const string Ftrace = "ftrace-text";
    public const string PerfScript = "perf-script";
    public const string Pasted = "pasted-text";

    public string Name { get; } = name;

    public string Description { get; } = description;

    public bool Sniff(ReadOnlySpan<byte> head) => TextSniffer.Label(head) == Name;

    public ITraceReader Open(TraceInput input, TraceOptions options) => new TextReader(input, options, Name);
}
