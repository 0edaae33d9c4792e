using System.Net;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Output.Html;

/// <summary>Text from anywhere made fit for markup.</summary>
internal static class HtmlText
{
    private const int LongestText = 2000;

    public static string Encode(string text) => WebUtility.HtmlEncode(SafeText.Clean(Cut(text)));

    /// <summary>A trace line, spaces kept.</summary>
    public static string EncodeLine(string text) => WebUtility.HtmlEncode(SafeText.Line(Cut(text)));

    private static string Cut(string text) => text.Length <= LongestText ? text : text[..LongestText] + "…";
}
