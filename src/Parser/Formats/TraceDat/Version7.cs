using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>Version 7: sections anywhere in the file, found through a chain of option sections.</summary>
internal sealed class Version7(DatSource source, DatMeta meta)
{
    private const int HeaderSize = 16;
    private const int CompressedFlag = 1;
    private const int MaxSections = 4096;
    private const long UnpackedLimit = 64L << 20;

    private readonly HashSet<long> _seen = [];

    public void Read(DatCursor cursor)
    {
        var at = cursor.Position;
        if (!cursor.TryString(out var compression) || !cursor.TryString(out var version))
            throw new TraceException(meta.Path, at, "the name of the compression was expected; the file is damaged or cut off in its first bytes");
        DatCompression.Require(compression, meta.Path, at);
        meta.Compression = compression;
        meta.CompressionVersion = version;
        at = cursor.Position;
        if (!cursor.TryU64(out var options)) throw new TraceException(meta.Path, at, "ends before the offset of its options; nothing can be read (run trace-cmd restore)");
        var first = cursor.Position;
        Chain((long)options);
        if (!meta.Options.Sections.ContainsKey(OptionReader.EventFormats)) Walk(first);
        Describe();
        if (meta.Buffers.Count == 0) Rescue(first);
        if (meta.Formats.Count == 0)
        {
            throw new TraceException(
                meta.Path, (long)Math.Min(options, (ulong)source.Length), "no event formats were found; the file is damaged or cut off before them (an interrupted recording? run trace-cmd restore)");
        }
    }

    private void Chain(long offset)
    {
        while (offset > 0 && _seen.Count < MaxSections && _seen.Add(offset))
        {
            var at = offset;
            if (Open(at, OptionReader.Done) is not { } cursor || !Options(cursor, out offset))
            {
                meta.Health.Count(at >= source.Length ? TraceHealth.Truncated : TraceDatHealth.BadSection, at);
                return;
            }
        }
    }

    private bool Options(DatCursor cursor, out long next)
    {
        next = 0;
        var reader = new OptionReader(meta);
        while (cursor.Left > 0)
        {
            var at = cursor.Position;
            if (!cursor.TryU16(out var id) || !cursor.TryU32(out var size) || !cursor.TryBytes(size, 16 << 20, out var data)) return false;
            var inner = new DatCursor(DatSource.FromBytes(data), 0, data.Length, meta.BigEndian);
            switch (id)
            {
                case OptionReader.Done:
                    if (inner.TryU64(out var offset)) next = (long)offset;
                    return true;
                case OptionReader.Buffer or OptionReader.BufferText:
                    if (!Buffer(inner, id)) meta.Health.Count(TraceDatHealth.BadOption, at);
                    break;
                default:
                    reader.Read(id, data, at);
                    break;
            }
        }

        return false;
    }

    private bool Buffer(DatCursor cursor, int id)
    {
        if (!cursor.TryU64(out var where) || !cursor.TryString(out var name) || !cursor.TryString(out var clock)) return false;
        var header = new DatCursor(source, (long)where, source.Length, meta.BigEndian);
        if (!TryHeader(header, out _, out var flags, out var sectionSize))
        {
            meta.Health.Count(TraceDatHealth.MissingData, (long)where);
            flags = meta.Compression == "none" ? 0 : CompressedFlag;
        }

        if (name.Length == 0 && clock.Length > 0) meta.Options.Clock ??= clock;
        var packed = (flags & CompressedFlag) != 0;
        if (id == OptionReader.BufferText)
        {
            meta.Buffers.Add(new DatBuffer(name, clock, 0, packed, []) { TextOffset = header.Position, TextSize = (long)Math.Min(sectionSize, long.MaxValue) });
            return true;
        }

        if (!cursor.TryU32(out var pageSize) || !cursor.TryU32(out var count) || count > cursor.Left / 20) return false;
        var cpus = new List<CpuData>();
        for (var i = 0u; i < count; i++)
        {
            if (!cursor.TryU32(out var cpu) || !cursor.TryU64(out var offset) || !cursor.TryU64(out var size) || cpu > OptionReader.MaxCpus) return false;
            cpus.Add(new CpuData((int)cpu, (long)offset, (long)size));
        }

        meta.Buffers.Add(new DatBuffer(name, clock, pageSize > int.MaxValue ? 0 : (int)pageSize, packed, cpus));
        return true;
    }

    /// <summary>
    /// Goes from section to section, since the options that say where they are may be damaged or cut off. The CPUs'
    /// pages are lost with the BUFFER option, their descriptions are not.
    /// </summary>
    private void Walk(long at)
    {
        for (var i = 0; i < MaxSections && at < source.Length; i++)
        {
            var cursor = new DatCursor(source, at, source.Length, meta.BigEndian);
            if (!TryHeader(cursor, out var id, out _, out var size) || id > 64 || size > (ulong)source.Length) return;
            if (id is >= OptionReader.HeaderInfo and <= OptionReader.Cmdlines) meta.Options.Sections.TryAdd(id, at);
            if (id == OptionReader.Done && _seen.Add(at) && Open(at, id) is { } options) Options(options, out _);
            at += HeaderSize + (long)size;
        }
    }

    /// <summary>No BUFFER option was found: the data themselves may still be there.</summary>
    private void Rescue(long at)
    {
        for (var i = 0; i < MaxSections && at < source.Length; i++)
        {
            var cursor = new DatCursor(source, at, source.Length, meta.BigEndian);
            if (!TryHeader(cursor, out var id, out var flags, out var size) || id > 64) return;

            // The size is written when the section is complete: 0 or too much means that the file ends in it.
            var end = size == 0 || size > (ulong)(source.Length - cursor.Position) ? source.Length : cursor.Position + (long)size;
            if (id == OptionReader.Buffer && BufferRescue.Find(source, meta, cursor.Position, end, (flags & CompressedFlag) != 0) is { } buffer)
            {
                meta.Buffers.Add(buffer);
                meta.Health.Count(TraceDatHealth.RescuedData, at);
                return;
            }

            at = end;
        }
    }

    private void Describe()
    {
        var descriptions = new DescriptionReader(meta);
        Section(OptionReader.HeaderInfo, descriptions.Header);
        Section(OptionReader.FtraceEvents, descriptions.FtraceFormats);
        Section(OptionReader.EventFormats, descriptions.Formats);
        Section(OptionReader.Printk, descriptions.Printk);
        Section(OptionReader.Cmdlines, descriptions.Cmdlines);
        if (!meta.Options.Sections.TryGetValue(OptionReader.Kallsyms, out var kallsyms)) return;
        meta.Kallsyms = () => Open(kallsyms, OptionReader.Kallsyms) is { } cursor && cursor.TryU32(out var size) && cursor.TryBytes(size, UnpackedLimit, out var text) ? text : [];
    }

    private void Section(int id, Func<DatCursor, bool> read)
    {
        if (!meta.Options.Sections.TryGetValue(id, out var at)) return;
        if (Open(at, id) is not { } cursor || !read(cursor)) meta.Health.Count(TraceDatHealth.BadSection, at);
    }

    /// <summary>A cursor over the section's content, unpacked where it is packed; null if it is damaged.</summary>
    private DatCursor? Open(long at, int id)
    {
        var cursor = new DatCursor(source, at, source.Length, meta.BigEndian);
        if (at < 0 || !TryHeader(cursor, out var found, out var flags, out var size) || found != id) return null;
        if ((flags & CompressedFlag) == 0) return new DatCursor(source, cursor.Position, size > long.MaxValue / 2 ? source.Length : cursor.Position + (long)size, meta.BigEndian);
        if (!cursor.TryU32(out var packedSize) || !cursor.TryU32(out var unpackedSize) || !cursor.TryBytes(packedSize, UnpackedLimit, out var packed)) return null;
        if (unpackedSize > UnpackedLimit || unpackedSize > (packedSize * 4096L) + 4096) return null;
        var unpacked = new byte[unpackedSize];
        var got = DatCompression.Unpack(meta.Compression, packed, packed.Length, unpacked, meta.Path);
        return got < 0 ? null : new DatCursor(DatSource.FromBytes(unpacked), 0, got, meta.BigEndian);
    }

    private static bool TryHeader(DatCursor cursor, out int id, out int flags, out ulong size)
    {
        flags = 0;
        size = 0;
        return cursor.TryU16(out id) && cursor.TryU16(out flags) && cursor.TryU32(out _) && cursor.TryU64(out size);
    }
}
