using System.Globalization;
using System.Text;

namespace KvmTraceLab.Output.Text;

/// <summary>
/// Makes text from traces harmless: control characters, escape sequences, bidirectional overrides and broken surrogates become
/// visible (<c>\x1b</c>, <c>\u202e</c>), so that a comm can neither drive a terminal nor forge lines of a report.
/// </summary>
public static class SafeText
{
    /// <summary>One line of harmless text; the same instance where nothing had to change.</summary>
    public static string Clean(string text)
    {
        var index = FirstUnsafe(text);
        if (index < 0) return text;
        var result = new StringBuilder(text.Length + 16).Append(text, 0, index);
        while (index < text.Length)
        {
            var length = Rune.TryGetRuneAt(text, index, out var rune) ? rune.Utf16SequenceLength : 0;
            if (length == 0)
            {
                result.Append($"\\u{(int)text[index]:x4}");
                length = 1;
            }
            else if (!IsUnsafe(rune))
            {
                result.Append(text, index, length);
            }
            else
            {
                AppendVisible(result, rune);
            }

            index += length;
        }

        return result.ToString();
    }

    /// <summary>Writes bytes of a trace as one line: as they are where they are plain text, else cleaned; bytes that are no UTF-8 as <c>\xff</c>; tabs stay only where asked.</summary>
    public static void WriteLine(Stream stream, ReadOnlySpan<byte> bytes, bool keepTabs = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (bytes.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0)
        {
            stream.Write(bytes);
        }
        else
        {
            var text = new StringBuilder(bytes.Length + 16);
            Span<char> utf16 = stackalloc char[2];
            while (!bytes.IsEmpty)
            {
                if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) != System.Buffers.OperationStatus.Done)
                {
                    foreach (var b in bytes[..length]) text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
                }
                else if (!IsUnsafe(rune) || (keepTabs && rune.Value == '\t'))
                {
                    text.Append(utf16[..rune.EncodeToUtf16(utf16)]);
                }
                else
                {
                    AppendVisible(text, rune);
                }

                bytes = bytes[length..];
            }

            stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
        }

        stream.WriteByte((byte)'\n');
    }

    /// <summary>A character that is not harmless, as it is shown.</summary>
    private static StringBuilder AppendVisible(StringBuilder to, Rune rune) => rune.Value switch
    {
        '\n' => to.Append("\\n"),
        '\r' => to.Append("\\r"),
        '\t' => to.Append("\\t"),
        < 0x100 => to.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
        < 0x10000 => to.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
        _ => to.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
    };

    internal static bool IsUnsafe(int scalar) => !Rune.TryCreate(scalar, out var rune) || IsUnsafe(rune);

    /// <summary>A trace line: like <see cref="Clean"/>, but tabs become the spaces a terminal would show.</summary>
    public static string Line(string text)
    {
        text = text.TrimEnd('\r', '\n');
        if (!text.Contains('\t')) return Clean(text);
        var result = new StringBuilder(text.Length + 32);
        var column = 0;
        foreach (var (i, part) in text.Split('\t').Index())
        {
            if (i > 0)
            {
                var gap = 8 - (column % 8);
                result.Append(' ', gap);
                column += gap;
            }

            var clean = Clean(part);
            result.Append(clean);
            column += TextWidth.Of(clean);
        }

        return result.ToString();
    }

    private static int FirstUnsafe(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is >= ' ' and < '\u007f') continue;
            if (!Rune.TryGetRuneAt(text, i, out var rune) || IsUnsafe(rune)) return i;
            i += rune.Utf16SequenceLength - 1;
        }

        return -1;
    }

    private static bool IsUnsafe(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
