namespace KvmTraceLab.Parser.Input;

/// <summary>What mail, web pages and terminals wrapped a text in; taken off before it is read.</summary>
[Flags]
internal enum TextDress
{
    None = 0,

    /// <summary>A byte-order mark before UTF-8.</summary>
    Mark = 1,
    Utf16Little = 2,
    Utf16Big = 4,

    /// <summary>The body of a mail as it was sent: <c>=</c> at the end of a line joins the next one, <c>=3D</c> is a byte.</summary>
    QuotedPrintable = 8,

    /// <summary>Escape sequences of a terminal.</summary>
    Colours = 16,

    /// <summary><c>&lt;pre&gt;</c>, <c>&lt;br&gt;</c>, <c>&lt;span …&gt;</c>.</summary>
    Tags = 32,

    /// <summary><c>&amp;gt;</c>, <c>&amp;#39;</c>.</summary>
    Entities = 64,

    /// <summary>Word processors make one dash of two.</summary>
    Dashes = 128,
}

/// <summary>Tells from the head of an input what it is dressed in.</summary>
internal static class TextDresses
{
    /// <summary>RFC 2045 allows 76 bytes a line; what stands at the end of a shorter one is an equals sign.</summary>
    private const int ShortestSoftLine = 66;
    private const int LongestSoftLine = 78;

    public static TextDress Detect(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf])) return TextDress.Mark;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe])) return TextDress.Utf16Little;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff])) return TextDress.Utf16Big;
        if (head.Contains((byte)0)) return TextDress.None;
        var dress = TextDress.None;
        if (head.IndexOf("\u001b["u8) >= 0 || head.IndexOf("\u001b]"u8) >= 0) dress |= TextDress.Colours;
        if (HasEntity(head)) dress |= TextDress.Entities;
        if (head.IndexOf("</"u8) >= 0 && (head.IndexOf("<pre"u8) >= 0 || head.IndexOf("<html"u8) >= 0 || head.IndexOf("<code"u8) >= 0)) dress |= TextDress.Tags;
        if (head.IndexOf("\u2013"u8) >= 0) dress |= TextDress.Dashes;
        if (IsQuotedPrintable(head)) dress |= TextDress.QuotedPrintable;
        return dress;
    }

    private static bool HasEntity(ReadOnlySpan<byte> head) =>
        head.Contains((byte)'&')
        && (head.IndexOf("&gt;"u8) >= 0 || head.IndexOf("&lt;"u8) >= 0 || head.IndexOf("&amp;"u8) >= 0
            || head.IndexOf("&nbsp;"u8) >= 0 || head.IndexOf("&quot;"u8) >= 0 || head.IndexOf("&#"u8) >= 0);

    /// <summary>
    /// Soft breaks or encoded equals signs, and no equals sign that stands for itself; a mail's header, which is not encoded, says so.
    /// </summary>
    private static bool IsQuotedPrintable(ReadOnlySpan<byte> head)
    {
        if (head.IndexOf("ransfer-Encoding: quoted-printable"u8) >= 0 || head.IndexOf("ransfer-encoding: quoted-printable"u8) >= 0) return true;
        var encoded = false;
        var lineStart = 0;
        for (var at = head.IndexOf((byte)'='); at >= 0;)
        {
            lineStart += head[lineStart..at].LastIndexOf((byte)'\n') + 1;
            var rest = head[(at + 1)..];
            if (rest.StartsWith("\n"u8) || rest.StartsWith("\r\n"u8))
            {
                // "msr_read ce = 0x0" may be wrapped there: a break in a word tells, or one before what is no number.
                var length = at + 1 - lineStart;
                encoded |= length is >= ShortestSoftLine and <= LongestSoftLine
                    && head[at - 1] != '=' && (head[at - 1] != ' ' || !rest.TrimStart("\r\n "u8).StartsWith("0x"u8));
            }
            else if (rest.Length >= 2 && IsUpperHex(rest[0]) && IsUpperHex(rest[1]))
            {
                encoded |= rest.StartsWith("3D"u8) || rest.StartsWith("20\n"u8) || rest.StartsWith("20\r"u8);
            }
            else if (rest.Length >= 2)
            {
                return false;
            }

            var next = rest.IndexOf((byte)'=');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return encoded;
    }

    private static bool IsUpperHex(byte b) => b is (>= (byte)'0' and <= (byte)'9') or (>= (byte)'A' and <= (byte)'F');
}
