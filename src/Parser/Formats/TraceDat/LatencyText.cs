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

    /// <summary>A reader of the text, or null where the file has pages.</summary>
    public static ITraceReader? TryOpen(DatSource source, DatMeta meta, TraceOptions options)
    {
        if (meta.Buffers.Exists(b => b.TextOffset < 0) || meta.Buffers.Find(b => b.TextOffset >= 0) is not { } buffer) return null;
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
            return reader;
        }

        throw new TraceException(meta.Path, buffer.TextOffset, "holds the text of a latency tracer, and no event line was found in it; give the output of trace-cmd report");
    }

    private static byte[] Text(DatSource source, DatMeta meta, DatBuffer buffer)
    {
        var cursor = new DatCursor(source, buffer.TextOffset, source.Length, meta.BigEndian);
        var size = (long)Math.Min((ulong)buffer.TextSize, (ulong)Math.Max(0, Math.Min(cursor.Left, Limit)));
        if (!buffer.Compressed) return cursor.TryBytes((ulong)size, Limit, out var text) ? text : [];
        using var unpacked = new MemoryStream();
        if (!cursor.TryU32(out var chunks)) return [];
        for (var i = 0u; i < chunks && unpacked.Length < Limit; i++)
        {
            if (!cursor.TryU32(out var packedSize) || !cursor.TryU32(out var size32) || size32 > (packedSize * 4096L) + 4096 || size32 > 64 << 20) break;
            if (!cursor.TryBytes(packedSize, 64 << 20, out var packed)) break;
            var chunk = new byte[size32];
            var got = DatCompression.Unpack(meta.Compression, packed, packed.Length, chunk, meta.Path);
            if (got < 0) break;
            unpacked.Write(chunk, 0, got);
        }

        return unpacked.ToArray();
    }
}
