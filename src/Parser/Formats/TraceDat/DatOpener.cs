using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>Reads what stands before the events: the initial format, then the parts of version 6 or the sections of version 7.</summary>
internal static class DatOpener
{
    /// <summary>0x17 0x08 0x44 "tracing".</summary>
    public static ReadOnlySpan<byte> Magic => [0x17, 0x08, 0x44, (byte)'t', (byte)'r', (byte)'a', (byte)'c', (byte)'i', (byte)'n', (byte)'g'];

    public static DatMeta Open(DatSource source, string path)
    {
        var head = new DatCursor(source, 0, source.Length, false);
        if (!head.TryLiteral(Magic)) throw new TraceException(path, 0, "is no trace.dat: the magic bytes 17 08 44 'tracing' were expected");
        if (!head.TryString(out var version) || !int.TryParse(version, out var number) || number is not (6 or 7))
            throw new TraceException(path, 10, "version 6 or 7 was expected; convert other versions with `trace-cmd convert`");
        if (!head.TryByte(out var endian) || endian > 1) throw new TraceException(path, head.Position - 1, "the byte order was expected (0 or 1); the file is damaged or cut off in its first bytes");
        var at = head.Position;
        if (!head.TryByte(out var longSize) || longSize is not (4 or 8)) throw new TraceException(path, at, "the size of a long was expected (4 or 8); the file is damaged or cut off in its first bytes");
        var cursor = new DatCursor(source, head.Position, source.Length, endian == 1);
        at = cursor.Position;
        if (!cursor.TryU32(out var pageSize)) throw new TraceException(path, at, "ends before its page size; nothing can be read (an unfinished recording? run trace-cmd restore)");
        var meta = new DatMeta(path, number, endian == 1, longSize, pageSize > int.MaxValue ? 0 : (int)pageSize) { Health = new() { End = source.Length } };
        if (number == 6) new Version6(source, meta).Read(cursor);
        else new Version7(source, meta).Read(cursor);
        return meta;
    }
}
