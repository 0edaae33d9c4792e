using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Formats;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Parser;

/// <summary>The front door: opens any input, whatever its format, and hands out its events in order.</summary>
public sealed class Trace : IDisposable
{
    private readonly TraceInput _input;
    private readonly ITraceReader _reader;

    private Trace(TraceInput input, ITraceReader reader)
    {
        _input = input;
        _reader = reader;
        if (input.Compression != "none") reader.Info.Compression = input.Compression;
    }

    public string Path => _input.Path;

    public TraceInfo Info => _reader.Info;

    public EventCatalog Catalog => _reader.Catalog;

    /// <summary>Trouble met so far, merged in order.</summary>
    public HealthLog Health { get; } = new();

    /// <summary>What became of every line or record so far.</summary>
    public LineTally Lines;

    /// <summary>Opens a file, or standard input for <c>-</c>.</summary>
    public static Trace Open(string path, TraceOptions? options = null) => Open(TraceInput.Open(path), options ?? new TraceOptions());

    public static Trace Open(TraceInput input, TraceOptions options)
    {
        try
        {
            return new Trace(input, FormatFor(input, options).Open(input, options));
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    /// <summary>All batches in order; each is valid until the next is asked for.</summary>
    public IEnumerable<EventBatch> Batches(CancellationToken cancel = default)
    {
        foreach (var batch in _reader.Read(cancel))
        {
            Health.Merge(batch.Health);
            Lines.Add(batch.Lines);
            yield return batch;
        }

        if (_input.IsCut) Health.Count(TraceHealth.Truncated, _input.Position);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _input.Dispose();
    }

    private static ITraceFormat FormatFor(TraceInput input, TraceOptions options)
    {
        if (options.Format is { } wanted)
        {
            return TraceFormats.All.FirstOrDefault(f => f.Name == wanted)
                ?? throw new TraceException(input.Path, null, $"--input-format {wanted}: no such format; known are {string.Join(", ", TraceFormats.All.Select(f => f.Name))}");
        }

        if (input.Head.IsEmpty) throw new TraceException(input.Path, 0, "is empty; a trace was expected (trace.dat, or text of trace-cmd report)");
        foreach (var format in TraceFormats.All)
            if (format.Sniff(input.Head)) return format;
        throw new TraceException(input.Path, 0, NotATrace.Describe(input.Head));
    }
}
