using System.Globalization;
using System.Text;

namespace KvmTraceLab.Output.Text;

/// <summary>Columns that text takes on a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks, else 1.</summary>
public static class TextWidth
{
    private const string Ellipsis = "…";
    private const string HundredBlanks = "                                                                                                    ";

    // Blocks that are East Asian Wide or Fullwidth (Unicode 16, rounded to whole blocks: too wide is harmless, too narrow is not).
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115f), (0x231a, 0x231b), (0x2329, 0x232a), (0x23e9, 0x23f3), (0x25fd, 0x25fe), (0x2600, 0x27bf),
        (0x2b1b, 0x2b1c), (0x2b50, 0x2b55), (0x2e80, 0x303e), (0x3041, 0x4dbf), (0x4e00, 0xa4cf), (0xa960, 0xa97f),
        (0xac00, 0xd7a3), (0xf900, 0xfaff), (0xfe10, 0xfe19), (0xfe30, 0xfe6f), (0xff01, 0xff60), (0xffe0, 0xffe6),
        (0x16fe0, 0x18dff), (0x1aff0, 0x1b2ff), (0x1d300, 0x1d37f), (0x1f000, 0x1faff), (0x20000, 0x3fffd),
    ];

    /// <summary>The columns of a text.</summary>
    public static int Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var width = 0;
        foreach (var rune in text.EnumerateRunes()) width += Of(rune);
        return width;
    }

    /// <summary>The columns of a character.</summary>
    public static int Of(Rune rune)
    {
        if (rune.Value < 0x300) return 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark) return 0;
        foreach (var (first, last) in Wide)
        {
            if (rune.Value >= first && rune.Value <= last) return 2;
        }

        return 1;
    }

    /// <summary>The text if it fits, else as much of it as fits before an ellipsis.</summary>
    public static string Fit(string text, int columns)
    {
        if (Of(text) <= columns) return text;
        return columns < 1 ? "" : text[..Prefix(text, columns - 1)] + Ellipsis;
    }

    /// <summary>How many characters from the start fit into the columns, combining marks kept with their letter.</summary>
    public static int Prefix(ReadOnlySpan<char> text, int columns)
    {
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            columns -= Of(rune);
            if (columns < 0) break;
            length += rune.Utf16SequenceLength;
        }

        return length;
    }

    /// <summary>The text with blanks behind it.</summary>
    public static string PadRight(string text, int columns) => string.Concat(text, Blanks(columns - Of(text)));

    /// <summary>The text with blanks before it.</summary>
    public static string PadLeft(string text, int columns) => string.Concat(Blanks(columns - Of(text)), text);

    private static ReadOnlySpan<char> Blanks(int count) => count <= 0 ? "" : count <= HundredBlanks.Length ? HundredBlanks.AsSpan(0, count) : new string(' ', count);

    /// <summary>Wraps at spaces, every line of the same width.</summary>
    public static IReadOnlyList<string> Wrap(string text, int columns) => Wrap(text, columns, columns);

    /// <summary>
    /// Wraps at spaces, but not within a command between backticks that fits one line; words longer than a line are cut, lists behind a comma. The first line has <paramref name="first"/> columns, the others
    /// <paramref name="rest"/>.
    /// </summary>
    public static IReadOnlyList<string> Wrap(string text, int first, int rest)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string> lines = [];
        var left = text.AsSpan();
        var room = first;
        int cut;
        while ((cut = Prefix(left, room)) < left.Length)
        {
            // A line may end right before a space, so look one further.
            var space = BeforeCode(left, left[..(cut + 1)].LastIndexOf(' '), rest);
            if (space > 0 && !left[..space].TrimStart(' ').IsEmpty)
            {
                lines.Add(left[..space].TrimEnd(' ').ToString());
                left = left[(space + 1)..].TrimStart(' ');
            }
            else
            {
                cut = Math.Max(cut, char.IsHighSurrogate(left[0]) && left.Length > 1 ? 2 : 1);
                if (left[..cut].LastIndexOf(',') is > 0 and var comma) cut = comma + 1;
                lines.Add(left[..cut].ToString());
                left = left[cut..];
            }

            room = rest;
        }

        if (left.Length > 0 || lines.Count == 0) lines.Add(left.ToString());
        return lines;
    }

    /// <summary>The space to break at: where it lies within a command, and the command fits a line of its own, the one before the command.</summary>
    private static int BeforeCode(ReadOnlySpan<char> text, int space, int columns)
    {
        if (space <= 0 || text[..space].Count('`') % 2 == 0) return space;
        var open = text[..space].LastIndexOf('`');
        var close = text[space..].IndexOf('`');
        if (open < 2 || close < 0 || text[open - 1] != ' ') return space;
        var end = space + close + 1;
        while (end < text.Length && text[end] != ' ') end++;
        return Prefix(text[open..end], columns) >= end - open ? open - 1 : space;
    }
}
