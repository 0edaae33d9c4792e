using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Input.Lines;

/// <summary>The same mark before every line: a comment of some language (<c># </c>, <c>;</c>, <c>%</c>, <c>//</c>, <c> * </c>), a quoting with a name (<c>JD> </c>).</summary>
internal sealed class CommonMark(byte[] mark) : ILineDress
{
    private const int LongestName = 16;

    public static ILineDress? Find(HeadLines lines)
    {
        if (lines.Telling.Count < 2) return null;
        if (!lines.Telling.Exists(l => Length(l) > 0)) return null;
        var most = lines.Telling.Select(l => l[..Length(l)]).GroupBy(m => Convert.ToHexString(m.AsSpan().TrimEnd((byte)' '))).MaxBy(g => g.Count())!;
        var mark = most.MinBy(m => m.Length)!; // the blank behind it may be the line's own
        return mark.Length > 0 && HeadLines.Nearly(most.Count(), lines.Telling.Count) ? new CommonMark(mark) : null;
    }

    public void Undress(ReadOnlySpan<byte> line, Stream to)
    {
        var bare = mark.AsSpan().TrimEnd((byte)' ');
        if (line.StartsWith(mark)) line = line[mark.Length..];
        else if (line.StartsWith(bare)) line = line[bare.Length..];
        to.Write(line);
    }

    /// <summary>Bytes of the mark; <c>&gt;</c> and <c>|</c> alone are quoting, which may be of several depths.</summary>
    private static int Length(ReadOnlySpan<byte> line)
    {
        var start = ByteText.SkipBlanks(line, 0);
        var at = start;
        while (at < line.Length && "#;%*!"u8.IndexOf(line[at]) >= 0) at++;
        if (at == start && line[at..].StartsWith("//"u8)) at += 2;
        if (at > start) return at < line.Length && line[at] == ' ' ? at + 1 : at;
        while (at < line.Length && at - start < LongestName && (ByteText.IsDigit(line[at]) || char.IsAsciiLetter((char)line[at]) || line[at] is (byte)'_' or (byte)'-' or (byte)'.')) at++;
        return at > start && line[at..].StartsWith("> "u8) ? at + 2 : 0;
    }
}
