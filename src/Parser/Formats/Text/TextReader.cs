using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Parser.Pipeline;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>Reads text in blocks on several threads.</summary>
internal sealed class TextReader : ITraceReader
{
    private readonly TraceInput _input;
    private readonly TraceOptions _options;
    private readonly ParallelDecoder<TextBlock> _decoder;
    private long _integerTimes;
    private long _timed;
    private bool _gap;
    private long _firstTick = long.MaxValue;
    private long _lastTick = long.MinValue;

    public TextReader(TraceInput input, TraceOptions options, string label)
    {
        _input = input;
        _options = options;
        Info.Format = label;
        var cutter = new BlockCutter(input);

        // A short input is not worth a thread.
        var threads = input.File is { } file && file.Length <= TextBlock.Size ? 1 : options.Threads;
        _decoder = new ParallelDecoder<TextBlock>(
            threads, () => new TextBlock(), () => new EventBatch(Catalog), cutter.TryNext, turn => new TextDecoder(Catalog, turn).Decode);
        ReadHeader(input.Head);
        _decoder.Start();
    }

    public TraceInfo Info { get; } = new();

    public EventCatalog Catalog { get; } = new();

    public IEnumerable<EventBatch> Read(CancellationToken cancel)
    {
        foreach (var batch in _decoder.Read(cancel))
        {
            Learn(batch);
            _options.Progress?.Invoke(_input.Position, _input.Length);
            yield return batch;
        }
    }

    public void Dispose() => _decoder.Dispose();

    /// <summary>What the lines before the first event say: <c>cpus=N</c> of trace-cmd, <c>#P:N</c> of ftrace.</summary>
    private void ReadHeader(ReadOnlySpan<byte> head)
    {
        for (var lines = 0; lines < 40 && !head.IsEmpty; lines++)
        {
            var newline = head.IndexOf((byte)'\n');
            var line = newline < 0 ? head : head[..newline];
            head = newline < 0 ? default : head[(newline + 1)..];
            var mark = line.StartsWith("cpus="u8) ? 5 : line.StartsWith("#"u8) && line.IndexOf("#P:"u8) is >= 0 and var p ? p + 3 : -1;
            if (mark < 0 || !ByteText.TryDecimal(line, ref mark, out var cpus) || cpus > 100_000) continue;
            Info.Cpus = (int)cpus;
        }
    }

    private void Learn(EventBatch batch)
    {
        if (_gap) TakeGap(batch);
        if (batch.Lines.LostMarkers > 0) CountLost(batch);
        Info.Cpus = Math.Max(Info.Cpus, batch.MaxCpu + 1);
        _timed += batch.Timed;
        _firstTick = Math.Min(_firstTick, batch.FirstTime);
        _lastTick = Math.Max(_lastTick, batch.LastTime);
        _gap |= batch.EndsInGap;

        // An integer clock: steps of about one an event are a counter, longer ones are cycles. A stray line with an
        // integer among seconds (a log in a mail) does not make the trace's clock one.
        _integerTimes += batch.IntegerTimes;
        Info.TimeUnit = _integerTimes * 2 <= _timed ? TimeUnit.Nanoseconds
            : _lastTick - _firstTick <= 4 * _integerTimes ? TimeUnit.Count
            : TimeUnit.Cycles;
    }

    /// <summary>An elision stood at the end of the block before: it is before this batch's first event.</summary>
    private void TakeGap(EventBatch batch)
    {
        foreach (ref var head in batch.Heads.AsSpan(0, batch.Count))
        {
            if (head.Kind == EventCatalog.LostKind) continue;
            head.Flags |= RowFlags.Gap;
            _gap = false;
            return;
        }
    }

    private void CountLost(EventBatch batch)
    {
        foreach (ref readonly var head in batch.Heads.AsSpan(0, batch.Count))
        {
            if (head.Kind != EventCatalog.LostKind) continue;
            Info.AddLost(head.Cpu, (head.Flags & RowFlags.LostCountKnown) != 0 ? (long)batch.Slots[head.Start] : null);
        }
    }
}
