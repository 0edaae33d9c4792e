using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>Where one CPU's events stand in the file.</summary>
internal sealed record CpuData(int Cpu, long Offset, long Size);

/// <summary>A buffer instance: the top one (empty name) or one of <c>instances/</c>.</summary>
internal sealed record DatBuffer(string Name, string? Clock, int PageSize, bool Compressed, IReadOnlyList<CpuData> Cpus)
{
    /// <summary>Position of text of a latency tracer instead of pages, or -1.</summary>
    public long TextOffset { get; init; } = -1;

    public long TextSize { get; init; }
}

/// <summary>Everything a trace.dat says about itself before its events.</summary>
internal sealed class DatMeta(string path, int version, bool bigEndian, int longSize, int pageSize)
{
    /// <summary>The kernel numbers its events in 16 bits: neither more of them nor higher numbers.</summary>
    public const int MaxFormats = 65536;

    public string Path { get; } = path;

    public int Version { get; } = version;

    public bool BigEndian { get; } = bigEndian;

    public int PageSize { get; } = pageSize;

    public string Compression { get; set; } = "none";

    public string CompressionVersion { get; set; } = "";

    /// <summary>Until the kernel's own description is read, its long is taken to be as long as the recording program's.</summary>
    public RingLayout Layout { get; set; } = RingLayout.ForLong(longSize);

    public List<EventFormat> Formats { get; } = [];

    /// <summary>Reads kallsyms when somebody asks: it can be megabytes.</summary>
    public Func<byte[]>? Kallsyms { get; set; }

    /// <summary>Constant strings of the kernel by address (printk_formats).</summary>
    public Dictionary<ulong, byte[]> Printk { get; } = [];

    /// <summary>Thread names, one <c>pid name</c> a line.</summary>
    public List<(int Tid, byte[] Comm)> Comms { get; } = [];

    public int CpuCount { get; set; }

    public DatOptions Options { get; } = new();

    public List<DatBuffer> Buffers { get; } = [];

    /// <summary>Trouble met in the descriptions.</summary>
    public HealthLog Health { get; init; } = new();

    /// <summary>The trouble, before the events: a batch without rows, or none.</summary>
    public IEnumerable<EventBatch> Notes(EventCatalog catalog)
    {
        if (Health.Entries.Count == 0) yield break;
        var notes = new EventBatch(catalog);
        notes.Health.Merge(Health);
        yield return notes;
    }

    public void AddFormat(string system, byte[] text, long offset)
    {
        if (Formats.Count < MaxFormats && EventFormat.TryParse(system, text) is { Id: < MaxFormats } format) Formats.Add(format);
        else Health.Count(TraceDatHealth.BadFormat, offset);
    }
}
