using System.Text;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>A stage as named on the command line: files that are runs of the same thing, or a claimed rate.</summary>
/// <param name="Label">The text as typed.</param>
/// <param name="Paths">The files; empty for a claimed rate.</param>
/// <param name="Claim">The rate, or null.</param>
public sealed record StageSpec(string Label, IReadOnlyList<string> Paths, ClaimedRate? Claim)
{
    private const string RatePrefix = "rate:";

    /// <summary>
    /// Reads <c>rate:1.2M@8</c> or <c>a1.dat,a2.dat</c>. <c>\,</c> is a comma inside a path; every other backslash is itself. A
    /// file whose name begins with <c>rate:</c> is reached as <c>./rate:…</c>.
    /// </summary>
    /// <param name="text">The argument.</param>
    /// <param name="spec">The stage.</param>
    /// <param name="error">What is wrong and what would be right, where it fails.</param>
    public static bool TryParse(string text, out StageSpec? spec, out string? error)
    {
        spec = null;
        error = null;
        if (text.StartsWith(RatePrefix, StringComparison.Ordinal))
        {
            if (!ClaimedRate.TryParse(text.AsSpan(RatePrefix.Length), out ClaimedRate? claim))
            {
                error = $"'{text}' is no rate: write exits per second as rate:1.2M, rate:50k or, with the number of vCPUs, rate:1.2M@8";
                return false;
            }

            spec = new StageSpec(text, [], claim);
            return true;
        }

        List<string> paths = Split(text);
        if (paths.Exists(p => p.Length == 0))
        {
            error = $"'{text}' names an empty path: several runs are a1.dat,a2.dat, and a comma inside a path is written \\,";
            return false;
        }

        spec = new StageSpec(text, paths, null);
        return true;
    }

    private static List<string> Split(string text)
    {
        var paths = new List<string>();
        var path = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] == ',')
            {
                path.Append(',');
                i++;
            }
            else if (text[i] == ',')
            {
                paths.Add(path.ToString());
                path.Clear();
            }
            else
            {
                path.Append(text[i]);
            }
        }

        paths.Add(path.ToString());
        return paths;
    }
}
