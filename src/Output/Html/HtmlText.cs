using System.Net;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Output.Html;

/// <summary>Text from anywhere made fit for markup.</summary>
internal static class HtmlText
{
    private const int LongestText = 2000;

    public static string Encode(string text) => WebUtility.HtmlEncode(SafeText.Clean(Cut(text)));

    /// <summary>A sentence of ours; what stands between two backticks is code.</summary>
    public static string Prose(string text)
    {
        var parts = Encode(text).Split('`');
        // Without a partner the last backtick is only one.
        if (parts.Length % 2 == 0) parts = [.. parts[..^2], parts[^2] + '`' + parts[^1]];
        return string.Concat(parts.Select((part, i) => i % 2 == 0 ? part : $"<code>{part}</code>"));
    }

    /// <summary>A trace line, spaces kept.</summary>
    public static string EncodeLine(string text) => WebUtility.HtmlEncode(SafeText.Line(Cut(text)));

    private static string Cut(string text) => text.Length <= LongestText ? text : text[..LongestText] + "…";
}
