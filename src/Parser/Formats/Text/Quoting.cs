using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>What mail does to lines: quoting before them, no-break spaces in them.</summary>
internal static class Quoting
{
    private static ReadOnlySpan<byte> NoBreakSpace => [0xc2, 0xa0];

    /// <summary>Makes two plain blanks of every no-break space (U+00A0), which mail archives put where several blanks stood.</summary>
    public static void Unbreak(Span<byte> bytes)
    {
        for (var at = bytes.IndexOf(NoBreakSpace); at >= 0; at = bytes.IndexOf(NoBreakSpace))
        {
            bytes.Slice(at, 2).Fill((byte)' ');
            bytes = bytes[(at + 2)..];
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
        var first = line[0] == '>' ? 0 : line[0] is (byte)' ' or (byte)'|' ? 1 : -1;
        if (first < 0 || first >= line.Length || line[first] != '>') return line;
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
}
