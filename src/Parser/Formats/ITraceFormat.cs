using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Parser.Formats;

/// <summary>A form that traces come in.</summary>
public interface ITraceFormat
{
    /// <summary>The name for <c>--input-format</c> and in <c>ktl list formats</c>.</summary>
    string Name { get; }

    string Description { get; }

    /// <summary>Whether content that begins with <paramref name="head"/> (up to 64 KiB, decompressed) is this format.</summary>
    bool Sniff(ReadOnlySpan<byte> head);

    /// <summary>Opens the input; throws <see cref="Health.TraceException"/> where it cannot be read at all.</summary>
    ITraceReader Open(TraceInput input, TraceOptions options);
}

/// <summary>A trace being read: batches in order, and what was learnt on the way.</summary>
public interface ITraceReader : IDisposable
{
    TraceInfo Info { get; }

    EventCatalog Catalog { get; }

    /// <summary>
    /// All events in the trace's order (by time for trace.dat). A batch is valid until the next is asked for. May be
    /// enumerated once.
    /// </summary>
    IEnumerable<EventBatch> Read(CancellationToken cancel);
}
