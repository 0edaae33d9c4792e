using System.Text;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// How a ring-buffer page of the traced kernel is laid out, from the file's header_page and header_event texts
/// (events/header_page and events/header_event of tracefs).
/// </summary>
internal sealed record RingLayout
{
    /// <summary>Offset of the page's first time stamp, 8 bytes.</summary>
    public int TimeOffset { get; init; }

    /// <summary>Offset of the commit word: bytes of data in the low bits, flags in the high ones.</summary>
    public int CommitOffset { get; init; } = 8;

    /// <summary>4 or 8: the kernel's long.</summary>
    public int CommitSize { get; init; } = 8;

    public int DataOffset { get; init; } = 16;

    /// <summary>Bytes of a page (sub-buffer) by the description; 0 where it does not say.</summary>
    public int PageSize { get; init; }

    /// <summary>Bytes that must be there before anything on a page can be read.</summary>
    public int HeaderSize => Math.Max(Math.Max(TimeOffset + 8, CommitOffset + CommitSize), DataOffset);

    public int TypeBits { get; init; } = 5;

    public int DeltaBits { get; init; } = 27;

    /// <summary>Largest type_len that is a length in words.</summary>
    public uint DataMax { get; init; } = 28;

    public uint Padding { get; init; } = 29;

    public uint TimeExtend { get; init; } = 30;

    public uint TimeStamp { get; init; } = 31;

    public static RingLayout ForLong(int longSize) => new() { CommitSize = longSize, DataOffset = 8 + longSize };

    /// <summary>Takes what the texts say; what they do not say, or cannot be true, stays as it is.</summary>
    public RingLayout With(byte[] headerPage, byte[] headerEvent)
    {
        var layout = this;
        foreach (var field in EventFormat.ParseFields(Encoding.UTF8.GetString(headerPage)))
        {
            layout = field.Name switch
            {
                "timestamp" when field.Size == 8 && field.Offset < 4096 => layout with { TimeOffset = field.Offset },
                "commit" when field.Size is 4 or 8 && field.Offset < 4096 => layout with { CommitOffset = field.Offset, CommitSize = field.Size },
                "data" when field.Offset is >= 8 and < 4096 && field.Size is > 0 and < (1 << 27) =>
                    layout with { DataOffset = field.Offset, PageSize = field.Offset + field.Size },
                _ => layout,
            };
        }

        foreach (var raw in Encoding.UTF8.GetString(headerEvent).Split('\n'))
        {
            var line = raw.Replace(" ", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal);
            var number = TrailingNumber(line);
            if (number < 0) continue;
            if (line.StartsWith("type_len:", StringComparison.Ordinal) && number is > 1 and < 31) layout = layout with { TypeBits = number };
            else if (line.StartsWith("time_delta:", StringComparison.Ordinal) && number is > 1 and < 31) layout = layout with { DeltaBits = number };
            else if (line.StartsWith("padding:type==", StringComparison.Ordinal)) layout = layout with { Padding = (uint)number };
            else if (line.StartsWith("time_extend:type==", StringComparison.Ordinal)) layout = layout with { TimeExtend = (uint)number };
            else if (line.StartsWith("time_stamp:type==", StringComparison.Ordinal)) layout = layout with { TimeStamp = (uint)number };
            else if (line.StartsWith("datamaxtype_len==", StringComparison.Ordinal)) layout = layout with { DataMax = (uint)number };
        }

        return layout.TypeBits + layout.DeltaBits == 32 ? layout : layout with { TypeBits = 5, DeltaBits = 27 };
    }

    private static int TrailingNumber(string line)
    {
        var end = line.EndsWith("bits", StringComparison.Ordinal) ? line.Length - 4 : line.Length;
        var start = end;
        while (start > 0 && char.IsAsciiDigit(line[start - 1])) start--;
        return int.TryParse(line.AsSpan(start, end - start), out var number) ? number : -1;
    }
}
