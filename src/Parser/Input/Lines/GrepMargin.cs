using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Input.Lines;

/// <summary>
/// What grep puts before lines: <c>file:</c>, <c>17:</c>, <c>file:17:</c>, and with <c>-</c> in place of the colons before lines of
/// context. Numbers rise within a file.
/// </summary>
internal sealed class GrepMargin(GrepMargin.Form form, byte[][] names) : ILineDress
{
    private const int LongestNumber = 7;

    public static ILineDress? Find(HeadLines lines)
    {
        if (lines.Telling.Count < 2) return null;
        foreach (var form in (Form[])[Form.NameAndNumber, Form.Number, Form.Name])
        {
            var names = form == Form.Name ? Names(lines.Telling) : [];
            var found = 0;
            var files = 0;
            var last = -1L;
            byte[] file = [];
            foreach (var line in lines.Telling)
            {
                if (Length(line, form, names, out var number, out var name) == 0) continue;
                var same = line.AsSpan(0, name).SequenceEqual(file);
                if (form == Form.Name || !same || number > last) found++;
                if (!same) files++;
                last = number;
                file = line[..name];
            }

            // A comm may be "vcpu-0-", and many threads take turns: files do not.
            if (form == Form.NameAndNumber && files * 2 > lines.Telling.Count) continue;

            if (found > 1 && HeadLines.Nearly(found, lines.Telling.Count)) return new GrepMargin(form, names);
        }

        return null;
    }

    public void Undress(ReadOnlySpan<byte> line, Stream to) => to.Write(line[Length(line, form, names, out _, out _)..]);

    /// <summary>Bytes of the margin, 0 where there is none; the line's number, and the name's length.</summary>
    private static int Length(ReadOnlySpan<byte> line, Form form, byte[][] names, out long number, out int name)
    {
        number = -1;
        name = 0;
        switch (form)
        {
            case Form.Number:
                return Numbered(line, 0, 0, out number);
            case Form.Name:
                name = NameOf(line);
                if (name > 0) return name + 1;
                foreach (var known in names)
                    if (line.StartsWith(known) && line.Length > known.Length && line[known.Length] == '-') return known.Length + 1;
                return 0;
            default:
                // The first ":17:" of the first word; in lines of context "-17-".
                var word = line.IndexOfAny((byte)' ', (byte)'\t') is >= 0 and var blank ? line[..blank] : line;
                foreach (var mark in ":-"u8)
                {
                    for (var at = word.IndexOf(mark); at > 0 && at < word.Length;)
                    {
                        if (Numbered(line, at + 1, mark, out number) is > 0 and var end)
                        {
                            name = at;
                            return end;
                        }

                        var next = word[(at + 1)..].IndexOf(mark);
                        at = next < 0 ? -1 : at + 1 + next;
                    }
                }

                return 0;
        }
    }

    /// <summary>Where <c>17:</c> or <c>17-</c> ends that begins here.</summary>
    private static int Numbered(ReadOnlySpan<byte> line, int at, byte mark, out long number)
    {
        var digits = at;
        number = -1;
        if (at >= line.Length || !ByteText.IsDigit(line[at]) || !ByteText.TryDecimal(line, ref at, out var value) || at - digits > LongestNumber || at >= line.Length) return 0;
        if (mark == 0 ? line[at] is not ((byte)':' or (byte)'-') : line[at] != mark) return 0;
        number = (long)value;
        return at + 1;
    }

    /// <summary>Bytes of a path before a colon; a time, a task or an event is none.</summary>
    private static int NameOf(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("(standard input):"u8)) return "(standard input)".Length;
        var colon = line.IndexOf((byte)':');
        if (colon < 2 || !(char.IsAsciiLetter((char)line[0]) || line[0] is (byte)'/' or (byte)'.' or (byte)'_' or (byte)'~')) return 0;
        var name = line[..colon];
        if (name.IndexOfAny(" \t<[("u8) >= 0 || name.IndexOf("\u00a0"u8) >= 0) return 0;
        if (name[0] is (byte)'/' or (byte)'.' or (byte)'~') return colon; // kworker/0:1 is a task
        return name.IndexOf((byte)'.') is > 0 and var dot && dot < colon - 1 ? colon : 0;
    }

    private static byte[][] Names(List<byte[]> lines) =>
        [.. lines.Select(l => l[..NameOf(l)]).Where(n => n.Length > 0).DistinctBy(Convert.ToHexString).OrderByDescending(n => n.Length)];

    internal enum Form
    {
        Number,
        Name,
        NameAndNumber,
    }
}
