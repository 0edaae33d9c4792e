using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Input.Lines;

/// <summary>Line numbers of a listing (<c>cat -n</c>, <c>less -N</c>, an editor, a web page): each is one more than the last.</summary>
internal sealed class ListingMargin : ILineDress
{
    private const int LongestNumber = 7;

    public static ILineDress? Find(HeadLines lines)
    {
        if (lines.Written.Count < 2) return null;
        var steps = 0;
        var last = -1L;
        foreach (var line in lines.Written)
        {
            var number = TryNumber(line, out var value) > 0 ? value : -1;
            if (number >= 0 && (last < 0 || number > last)) steps++;
            if (number > last + 3 && last >= 0) steps--; // lines that are empty leave a gap, but a small one
            last = number;
        }

        return HeadLines.Nearly(steps, lines.Written.Count) ? new ListingMargin() : null;
    }

    public void Undress(ReadOnlySpan<byte> line, Stream to) => to.Write(line[TryNumber(line, out _)..]);

    /// <summary>Bytes of the number and what sets it off; 0 where there is none.</summary>
    private static int TryNumber(ReadOnlySpan<byte> line, out long number)
    {
        number = -1;
        var at = ByteText.SkipBlanks(line, 0);
        var digits = at;
        if (at >= line.Length || !ByteText.IsDigit(line[at]) || !ByteText.TryDecimal(line, ref at, out var value) || at - digits > LongestNumber) return 0;
        number = (long)value;
        if (at >= line.Length) return at; // the number of an empty line
        if (line[at] is (byte)'.' or (byte)')' or (byte)'|' or (byte)':') at++;
        if (at >= line.Length || !ByteText.IsBlank(line[at])) return 0;
        if (line[(at + 1)..].StartsWith("| "u8)) at += 2;
        return at + 1;
    }
}
