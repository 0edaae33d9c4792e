using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>What mail does to lines: quoting before them, no-break spaces in them.</summary>
internal static class Quoting
{
    private static ReadOnlySpan<byte> NoBreakSpace => [0xc2, 0xa0];

    /// <summary>Makes two plain blanks of every no-break space (U+00A0), which mail archives put where several blanks stood.</summary>
    public static void Unbreak(Span<byte> bytes)
    {
        for (var at = bytes.IndexOf(NoBreakSpace[0]); at >= 0; at = bytes.IndexOf(NoBreakSpace[0]))
        {
            bytes = bytes[at..];
            if (bytes.StartsWith(NoBreakSpace)) bytes[..2].Fill((byte)' ');
            bytes = bytes[1..];
        }
    }

    /// <summary>A head with plain blanks; itself where it has no others.</summary>
    public static ReadOnlySpan<byte> Unbroken(ReadOnlySpan<byte> head)
    {
        if (head.IndexOf(NoBreakSpace) < 0) return head;
        var copy = head.ToArray();
        Unbreak(copy);
        return copy;
    }

    /// <summary>The line without <c>&gt; </c> prefixes; <paramref name="prefix"/> is how many bytes they took.</summary>
    public static ReadOnlySpan<byte> Strip(ReadOnlySpan<byte> line, out int prefix)
    {
        prefix = 0;
        if (line.IsEmpty) return line;
        var first = line[0] == '|' ? 1 : ByteText.SkipBlanks(line, 0);
        if (first >= line.Length || line[first] != '>') return line;
        var at = first;
        while (at < line.Length)
        {
            var next = ByteText.SkipBlanks(line, at);
            if (next >= line.Length || line[next] != '>' || next - at > 1) break;
            at = next + 1;
        }

        prefix = at;
        return line[at..];
    }

    /// <summary>
    /// The line without what lists, tables, comments and panes put around it: <c>- </c>, <c>* </c>, <c># </c>, <c>// </c>, <c>+</c>, <c>|</c>, a back-tick;
    /// <paramref name="prefix"/> is how many bytes it began with.
    /// </summary>
    public static ReadOnlySpan<byte> Unmark(ReadOnlySpan<byte> line, out int prefix)
    {
        prefix = 0;
        var at = ByteText.SkipBlanks(line, 0);
        if (at >= line.Length) return line;
        var size = MarkLength(line[at..]);
        if (size == 0 && line[^1] > ' ' && line[^1] < 0x80) return line; // most lines
        if (size > 0) prefix = at + size;

        // A pane's right border, or the end of a table's row.
        var end = line.TrimEnd(" \t\r"u8);
        if (end.EndsWith("\u2502"u8)) end = end[..^3];
        else if (size > 0 && end.Length > prefix && end[^1] == line[at] && line[at] is (byte)'|' or (byte)'`') end = end[..^1];
        else end = line;
        return end[Math.Min(prefix, end.Length)..];
    }

    private static int MarkLength(ReadOnlySpan<byte> text)
    {
        switch (text[0])
        {
            case (byte)'|' or (byte)'`' or (byte)'+':
                return 1;
            case (byte)'-' or (byte)'*' or (byte)'#':
                return text.Length > 1 && ByteText.IsBlank(text[1]) ? 1 : 0;
            case (byte)'/':
                return text.StartsWith("// "u8) ? 2 : 0;
            case 0xe2:
                return text.StartsWith("\u2502"u8) || text.StartsWith("\u2022 "u8) ? 3 : 0;
            default:
                return 0;
        }
    }
}
