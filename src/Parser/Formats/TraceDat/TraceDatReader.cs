using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>A trace.dat being read: one stream a CPU and buffer, decoded by several threads and merged by time.</summary>
internal sealed class TraceDatReader : ITraceReader
{
    /// <summary>Pages of a unit in bytes: enough to make the hand-over cheap, little enough that many CPUs fit in memory.</summary>
#if DEBUG
    private const int UnitBytes = 1;
    private const int WorthThreads = 0;
#else
    private const int UnitBytes = 64 * 1024;

    /// <summary>Files smaller than this are read before a thread would have started.</summary>
    private const int WorthThreads = 256 * 1024;
#endif

    /// <summary>The kernel's commit word counts up to this.</summary>
    private const int MaxPageSize = 1 << 27;

    private readonly DatSource _source;
    private readonly DatMeta _meta;
    private readonly TraceOptions _options;
    private long _done;

    public TraceDatReader(DatSource source, DatMeta meta, TraceOptions options)
    {
        _source = source;
        _meta = meta;
        _options = options;
        Info = DatInfo.From(meta, meta.Buffers.Count > 0 ? PageSizeOf(meta.Buffers[0]) : 0);
        Catalog.SetComm(0, "<idle>"u8.ToArray());
        foreach (var (tid, comm) in meta.Comms) Catalog.SetComm(tid, comm);
    }

    public TraceInfo Info { get; }

    public EventCatalog Catalog { get; } = new();

    public IEnumerable<EventBatch> Read(CancellationToken cancel)
    {
        var streams = Streams();
        foreach (var notes in _meta.Notes(Catalog)) yield return notes;
        var small = streams.Count == 0 || _source.Length < WorthThreads;
        var merger = new StreamMerger(Catalog, streams, small ? 1 : Math.Clamp(_options.Threads, 1, 64)) { UnitTaken = Taken };
        foreach (var batch in merger.Merge(cancel)) yield return batch;
    }

    public void Dispose()
    {
    }

    private List<CpuStream> Streams()
    {
        var plans = new PlanTable(_meta, Catalog);
        var decoder = new PageDecoder(_meta, plans, new TimeMap(_meta.Options));
        var count = 0;
        foreach (var buffer in _meta.Buffers) count += buffer.Cpus.Count(c => c.Size != 0);
        var unitBytes = count > 64 ? UnitBytes / 8 : UnitBytes;
        var streams = new List<CpuStream>();
        foreach (var buffer in _meta.Buffers)
        {
            if (buffer.TextOffset >= 0)
            {
                _meta.Health.Count(TraceDatHealth.TextLeftOut, buffer.TextOffset);
                continue;
            }

            var pageSize = PageSizeOf(buffer);
            if (pageSize < _meta.Layout.HeaderSize + 4)
            {
                _meta.Health.Count(TraceDatHealth.BadSection, 0);
                continue;
            }

            var id = Catalog.InternBuffer(buffer.Name);
            foreach (var cpu in buffer.Cpus)
                if (cpu.Size != 0) streams.Add(new CpuStream(_source, _meta, decoder, cpu, id, pageSize, buffer.Compressed, Math.Max(1, unitBytes / pageSize)));
        }

        if (_meta.Buffers.Count == 0) _meta.Health.Count(TraceDatHealth.MissingData, _source.Length);
        return streams;
    }

    /// <summary>
    /// Size of a ring-buffer page. The kernel's own description counts; for another buffer than the top one, whose
    /// sub-buffers may have another size, the BUFFER option.
    /// </summary>
    private int PageSizeOf(DatBuffer buffer)
    {
        var described = _meta.Layout.PageSize;
        var size = buffer.Name.Length > 0 && buffer.PageSize > 0 ? buffer.PageSize : Math.Max(described, buffer.PageSize);
        if (size <= 0) size = _meta.PageSize;
        return size is > 0 and <= MaxPageSize ? size : 0;
    }

    private void Taken(DecodeUnit unit)
    {
        foreach (var lost in unit.Lost) Info.AddLost(unit.Stream.Cpu, lost > 0 ? lost : null);
        if (_options.Progress is not { } progress) return;
        _done += unit.PackedSize > 0 ? unit.PackedSize : unit.Size;
        progress(_done, _source.Length);
    }
}
