using System.Globalization;
using System.Text;

namespace KvmTraceLab.Parser.Input;

/// <summary>Takes one kind of dress off whole lines.</summary>
internal static class Undressing
{
    private const int LongestEntity = 10;
    private const int LongestTag = 300;

    /// <summary>RFC 2045: <c>=</c> and a newline are nothing, <c>=</c> and two hexadecimal digits are a byte.</summary>
    public static byte[] QuotedPrintable(ReadOnlySpan<byte> text)
    {
        var to = new byte[text.Length];
        var used = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '=')
            {
                to[used++] = text[at];
                continue;
            }

            var rest = text[(at + 1)..];
            if (rest.StartsWith("\n"u8)) at++;
            else if (rest.StartsWith("\r\n"u8)) at += 2;
            else if (rest.Length >= 2 && byte.TryParse(rest[..2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                to[used++] = value;
                at += 2;
            }
            else
            {
                to[used++] = (byte)'=';
            }
        }

        return to[..used];
    }

    /// <summary>ECMA-48 control sequences, operating-system commands and two-byte escapes.</summary>
    public static byte[] Colours(ReadOnlySpan<byte> text)
    {
        var to = new byte[text.Length];
        var used = 0;
        var at = 0;
        while (at < text.Length)
        {
            if (text[at] != 0x1b) to[used++] = text[at++];
            else at = BehindEscape(text, at);
        }

        return to[..used];
    }

    /// <summary>Markup of a web page; a line break, and the end of what stands on lines of its own, becomes one, a cell's end a blank.</summary>
    public static byte[] Tags(ReadOnlySpan<byte> text)
    {
        var to = new byte[text.Length];
        var used = 0;
        for (var at = 0; at < text.Length; at++)
        {
            var close = text[at] == '<' ? TagEnd(text[at..]) : -1;
            if (close < 0)
            {
                to[used++] = text[at];
                continue;
            }

            var tag = text.Slice(at, close);
            if (EndsCell(tag)) to[used++] = (byte)' ';
            else if (EndsLine(tag) && !text[(at + close + 1)..].StartsWith("\n"u8) && used > 0 && to[used - 1] != '\n') to[used++] = (byte)'\n';
            at += close;
        }

        return to[..used];
    }

    /// <summary>Character references; twice, since a page may show the source of another.</summary>
    public static byte[] Entities(ReadOnlySpan<byte> text)
    {
        var once = EntitiesOnce(text);
        return once.AsSpan().Contains((byte)'&') ? EntitiesOnce(once) : once;
    }

    /// <summary>A short dash at the beginning of a word stands for the two that were typed (<c>--x</c>).</summary>
    public static byte[] Dashes(ReadOnlySpan<byte> text)
    {
        var to = new byte[text.Length];
        var used = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (!text[at..].StartsWith("\u2013"u8) || (at > 0 && text[at - 1] != ' ') || at + 3 >= text.Length || text[at + 3] <= ' ')
            {
                to[used++] = text[at];
                continue;
            }

            to[used++] = (byte)'-';
            to[used++] = (byte)'-';
            at += 2;
        }

        return to[..used];
    }

    private static int BehindEscape(ReadOnlySpan<byte> text, int at)
    {
        if (++at >= text.Length) return at;
        var kind = text[at++];
        if (kind == '[')
        {
            while (at < text.Length && text[at] is >= 0x20 and < 0x40) at++;
            return at < text.Length && text[at] is >= 0x40 and < 0x7f ? at + 1 : at;
        }

        if (kind == ']')
        {
            while (at < text.Length && text[at] is not (0x07 or 0x1b or (byte)'\n')) at++;
            if (at < text.Length && text[at] == 0x07) return at + 1;
            return text[at..].StartsWith("\u001b\\"u8) ? at + 2 : at;
        }

        return kind is (byte)'(' or (byte)')' or (byte)'#' ? Math.Min(at + 1, text.Length) : at;
    }

    private static bool EndsLine(ReadOnlySpan<byte> tag) =>
        tag.StartsWith("<br"u8) || tag is [(byte)'<', (byte)'/', (byte)'p'] || tag.StartsWith("</tr"u8) || tag.StartsWith("</li"u8) || tag.StartsWith("</div"u8) || tag.StartsWith("</pre"u8);

    private static bool EndsCell(ReadOnlySpan<byte> tag) => tag.StartsWith("</td"u8) || tag.StartsWith("</th"u8);

    /// <summary>Where the tag closes; -1 where it is none (<c>&lt;...&gt;-123</c> is a task).</summary>
    private static int TagEnd(ReadOnlySpan<byte> text)
    {
        var name = text.StartsWith("</"u8) ? 2 : 1;
        if (text.Length <= name || !(char.IsAsciiLetter((char)text[name]) || text[name] == '!')) return -1;
        var close = text[..Math.Min(text.Length, LongestTag)].IndexOfAny((byte)'>', (byte)'\n');
        if (close < 0 || text[close] != '>') return -1;

        // <idle>-0 is a task too.
        return close + 2 < text.Length && text[close + 1] == '-' && char.IsAsciiDigit((char)text[close + 2]) ? -1 : close;
    }

    private static byte[] EntitiesOnce(ReadOnlySpan<byte> text)
    {
        var to = new byte[text.Length];
        var used = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '&' && text.Slice(at, Math.Min(LongestEntity, text.Length - at)).IndexOf((byte)';') is > 1 and var end
                && Named(text.Slice(at + 1, end - 1)) is { } character)
            {
                used += new Rune(character).EncodeToUtf8(to.AsSpan(used));
                at += end;
                continue;
            }

            to[used++] = text[at];
        }

        return to[..used];
    }

    private static int? Named(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("gt"u8)) return '>';
        if (name.SequenceEqual("lt"u8)) return '<';
        if (name.SequenceEqual("amp"u8)) return '&';
        if (name.SequenceEqual("quot"u8)) return '"';
        if (name.SequenceEqual("apos"u8)) return '\'';
        if (name.SequenceEqual("nbsp"u8)) return ' ';
        if (name.Length < 2 || name[0] != '#') return null;
        var isHex = (name[1] | 0x20) == 'x';
        var digits = name[(isHex ? 2 : 1)..];
        if (!int.TryParse(digits, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var code)) return null;
        return code == 160 ? ' ' : Rune.IsValid(code) && code >= ' ' ? code : null;
    }
}
