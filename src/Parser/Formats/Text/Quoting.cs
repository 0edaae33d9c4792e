using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>Mail quoting before a line.</summary>
internal static class Quoting
{
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
