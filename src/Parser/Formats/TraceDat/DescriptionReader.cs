using System.Globalization;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// Reads the descriptions that both versions have: header page, formats, kallsyms, printk formats, thread names. Each
/// returns false where it is damaged; what was understood before stays.
/// </summary>
internal sealed class DescriptionReader(DatMeta meta)
{
    /// <summary>No format text or list is longer; all of kallsyms with every module is below 32 MiB.</summary>
    private const long TextLimit = 64L << 20;

    public bool Header(DatCursor cursor)
    {
        if (!cursor.TryLiteral("header_page\0"u8) || !cursor.TryU64(out var size) || !cursor.TryBytes(size, 1 << 16, out var page)) return false;
        meta.Layout = meta.Layout.With(page, []);
        if (!cursor.TryLiteral("header_event\0"u8) || !cursor.TryU64(out size) || !cursor.TryBytes(size, 1 << 16, out var entry)) return false;
        meta.Layout = meta.Layout.With(page, entry);
        return true;
    }

    public bool FtraceFormats(DatCursor cursor) => cursor.TryU32(out var count) && Formats(cursor, "ftrace", count);

    public bool Formats(DatCursor cursor)
    {
        if (!cursor.TryU32(out var systems)) return false;
        for (var i = 0u; i < systems; i++)
            if (!cursor.TryString(out var system) || !cursor.TryU32(out var count) || !Formats(cursor, system, count)) return false;
        return true;
    }

    private bool Formats(DatCursor cursor, string system, uint count)
    {
        for (var i = 0u; i < count; i++)
        {
            var at = cursor.Position;
            if (!cursor.TryU64(out var size) || !cursor.TryBytes(size, 1 << 20, out var text)) return false;
            meta.AddFormat(system, text, at);
        }

        return true;
    }

    /// <summary>Only remembers where the list is.</summary>
    public bool Kallsyms(DatCursor cursor, DatSource source)
    {
        if (!cursor.TryU32(out var size)) return false;
        var at = cursor.Position;
        if (!cursor.TrySkip(size)) return false;
        meta.Kallsyms = () =>
        {
            var again = new DatCursor(source, at, source.Length, meta.BigEndian);
            return again.TryBytes(size, TextLimit, out var text) ? text : [];
        };
        return true;
    }

    /// <summary>Lines <c>0xffffffff822e3168 : "CPU_ON"</c>.</summary>
    public bool Printk(DatCursor cursor)
    {
        if (!cursor.TryU32(out var size) || !cursor.TryBytes(size, TextLimit, out var text)) return false;
        foreach (var range in text.AsSpan().Split((byte)'\n'))
        {
            var line = text.AsSpan(range);
            var colon = line.IndexOf(" : "u8);
            if (colon < 3 || !line.StartsWith("0x"u8)) continue;
            if (!ulong.TryParse(line[2..colon].Trim((byte)' '), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var address)) continue;
            var words = line[(colon + 3)..].Trim(" \r"u8);
            if (words.Length >= 2 && words[0] == '"' && words[^1] == '"') words = words[1..^1];
            meta.Printk[address] = CText.Unescape(words);
        }

        return true;
    }

    /// <summary>Lines <c>122 kvmmini</c>.</summary>
    public bool Cmdlines(DatCursor cursor)
    {
        if (!cursor.TryU64(out var size) || !cursor.TryBytes(size, TextLimit, out var text)) return false;
        foreach (var range in text.AsSpan().Split((byte)'\n'))
        {
            var line = text.AsSpan(range);
            var blank = line.IndexOf((byte)' ');
            if (blank > 0 && int.TryParse(line[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out var tid))
                meta.Comms.Add((tid, line[(blank + 1)..].TrimEnd("\0\r"u8).ToArray()));
        }

        return true;
    }
}
