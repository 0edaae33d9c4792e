using System.Buffers.Binary;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// Finds the CPUs' data in a version 7 buffer section whose BUFFER option is lost: the option stands behind the data, so
/// a copy that was cut short has none. trace-cmd writes the CPUs one after the other, each at a page boundary. Which
/// CPU it was is not said there; they are numbered in the order found.
/// </summary>
internal static class BufferRescue
{
    private const int MaxPageSize = 1 << 20;

    public static DatBuffer? Find(DatSource source, DatMeta meta, long data, long end, bool packed)
    {
        var pageSize = meta.PageSize;
        if (pageSize < 64 || pageSize > MaxPageSize) return null;
        var cpus = packed ? Packed(source, meta, data, end, pageSize) : Plain(source, meta, data, end, Math.Max(pageSize, meta.Layout.PageSize), pageSize);
        return cpus.Count == 0 ? null : new DatBuffer("", meta.Options.Clock, 0, packed, cpus);
    }

    private static List<CpuData> Packed(DatSource source, DatMeta meta, long at, long end, int align)
    {
        var cpus = new List<CpuData>();
        while (cpus.Count < OptionReader.MaxCpus)
        {
            var start = Aligned(at, align);
            var cursor = new DatCursor(source, start, end, meta.BigEndian);
            if (!cursor.TryU32(out var chunks) || chunks == 0) break;
            var whole = true;
            for (var i = 0u; i < chunks && whole; i++)
                whole = cursor.TryU32(out var size) && cursor.TryU32(out _) && cursor.TrySkip(size);
            cpus.Add(new CpuData(cpus.Count, start, (whole ? cursor.Position : end) - start));
            if (!whole) break;
            at = cursor.Position;
        }

        return cpus;
    }

    /// <summary>Pages of one CPU ascend in time; where it steps back the next CPU begins.</summary>
    private static List<CpuData> Plain(DatSource source, DatMeta meta, long at, long end, int pageSize, int align)
    {
        var cpus = new List<CpuData>();
        Span<byte> stamp = stackalloc byte[8];
        var first = Aligned(at, align);
        var last = 0UL;
        for (var page = first; page < end; page += pageSize)
        {
            if (source.Read(page + meta.Layout.TimeOffset, stamp) != 8) break;
            var time = meta.BigEndian ? BinaryPrimitives.ReadUInt64BigEndian(stamp) : BinaryPrimitives.ReadUInt64LittleEndian(stamp);
            if (time < last && cpus.Count < OptionReader.MaxCpus)
            {
                cpus.Add(new CpuData(cpus.Count, first, page - first));
                first = page;
            }

            last = time;
        }

        if (first < end) cpus.Add(new CpuData(cpus.Count, first, end - first));
        return cpus;
    }

    private static long Aligned(long at, int size) => (at + size - 1) / size * size;
}
