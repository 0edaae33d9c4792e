using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// A file of a latency tracer holds the text of tracefs' trace file in place of pages. The text is read by whatever text
/// format knows it.
/// </summary>
internal static class LatencyText
{
    private const long Limit = 512L << 20;
    private const long MostChunk = 64L << 20;

    /// <summary>A reader of the text, or null where the file has pages.</summary>
    public static ITraceReader? TryOpen(DatSource source, DatMeta meta, TraceOptions options)
    {
        if (meta.Buffers.Exists(b => b.TextOffset < 0) || meta.Buffers.Find(b => b.TextOffset >= 0) is not { } buffer) return null;
        foreach (var other in meta.Buffers.Where(b => b != buffer)) meta.Health.Count(TraceDatHealth.TextLeftOut, other.TextOffset);
        var input = TraceInput.FromBytes(Text(source, meta, buffer), meta.Path);
        foreach (var format in TraceFormats.All)
        {
            if (format is TraceDatFormat || !format.Sniff(input.Head)) continue;
            var reader = format.Open(input, options);
            var info = DatInfo.From(meta, 0);
            reader.Info.Version = info.Version;
            reader.Info.Compression = info.Compression;
            reader.Info.Clock ??= info.Clock;
            reader.Info.Kernel ??= info.Kernel;
            reader.Info.Hostname ??= info.Hostname;
            reader.Info.Facts.AddRange(info.Facts);
            return new Noted(reader, meta);
        }

        throw new TraceException(meta.Path, buffer.TextOffset, "holds the text of a latency tracer, and no event line was found in it; give the output of trace-cmd report");
    }

    private static byte[] Text(DatSource source, DatMeta meta, DatBuffer buffer)
    {
        var cursor = new DatCursor(source, buffer.TextOffset, source.Length, meta.BigEndian);
        if (buffer.Compressed) return Unpacked(cursor, meta);
        var size = (long)Math.Min((ulong)buffer.TextSize, (ulong)Math.Max(0, Math.Min(cursor.Left, Limit)));
        if (size < buffer.TextSize) meta.Health.Count(TraceDatHealth.MissingData, buffer.TextOffset + size);
        return cursor.TryBytes((ulong)size, Limit, out var text) ? text : [];
    }

    private static byte[] Unpacked(DatCursor cursor, DatMeta meta)
    {
        using var unpacked = new MemoryStream();
        if (!cursor.TryU32(out var chunks)) chunks = 1; // not even that is there
        for (var i = 0u; i < chunks; i++)
        {
            var at = cursor.Position;
            if (!cursor.TryU32(out var packedSize) || !cursor.TryU32(out var size) || !cursor.TryBytes(packedSize, MostChunk, out var packed))
            {
                meta.Health.Count(TraceDatHealth.MissingData, at);
                break;
            }

            var chunk = size > (packedSize * 4096L) + 4096 || size > MostChunk || unpacked.Length + size > Limit ? null : new byte[size];
            var got = chunk is null ? -1 : DatCompression.Unpack(meta.Compression, packed, packed.Length, chunk, meta.Path);
            if (got < 0)
            {
                meta.Health.Count(TraceDatHealth.BadChunk, at);
                break;
            }

            unpacked.Write(chunk!, 0, got);
        }

        return unpacked.ToArray();
    }

    /// <summary>The reader of the text, and what was wrong with the file around it.</summary>
    private sealed class Noted(ITraceReader text, DatMeta meta) : ITraceReader
    {
        public TraceInfo Info => text.Info;

        public EventCatalog Catalog => text.Catalog;

        public IEnumerable<EventBatch> Read(CancellationToken cancel) => meta.Notes(Catalog).Concat(text.Read(cancel));

        public void Dispose() => text.Dispose();
    }
}
