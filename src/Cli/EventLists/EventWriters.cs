using KvmTraceLab.Parser;

namespace KvmTraceLab.Cli.EventLists;

/// <summary>The visible list of formats for lists of events.</summary>
internal static class EventWriters
{
    public static IReadOnlyList<string> Names { get; } = ["text", "csv", "json", "md", "trace-cmd"];

    public static IEventWriter Open(string name, Stream stream, TraceInfo info) => name switch
    {
        "csv" => new CsvEventWriter(stream, info),
        "json" => new JsonEventWriter(stream),
        "trace-cmd" => new LineEventWriter(stream, info, Dialect: Parser.Events.Dialect.Kernel, visible: false),
        _ => new LineEventWriter(stream, info, Dialect: Parser.Events.Dialect.Plugin, visible: true, fenced: name == "md"),
    };
}
