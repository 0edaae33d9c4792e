using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Cli.EventLists;

/// <summary>The visible list of formats for lists of events.</summary>
internal static class EventWriters
{
    public static IReadOnlyList<string> Names { get; } = ["text", "csv", "json", "md", "trace-cmd"];

    public static IEventWriter Open(string name, Stream stream, TraceInfo info) => name switch
    {
        "csv" => new CsvEventWriter(stream),
        "json" => new JsonEventWriter(stream),
        "trace-cmd" => new LineEventWriter(stream, info, Dialect.Kernel, visible: false),
        _ => new LineEventWriter(stream, info, Dialect.Plugin, visible: true, fenced: name == "md"),
    };
}
