using System.Text.RegularExpressions;

namespace KvmTraceLab.Analysis.Signatures.Remarks;

/// <summary>A pattern that is made when a line first has a word that every match of it has: most logs need one of them or none.</summary>
/// <param name="word">What a line must have, in upper or lower case.</param>
/// <param name="pattern">The pattern.</param>
/// <param name="options">Its options; the culture never counts.</param>
internal sealed class LogPattern(string word, string pattern, RegexOptions options = RegexOptions.None)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lazy<Regex> _regex = new(() => new Regex(pattern, options | RegexOptions.CultureInvariant, Patience));

    public bool MayMatch(string line) => line.Contains(word, StringComparison.OrdinalIgnoreCase);

    public Match Match(string line) => MayMatch(line) ? _regex.Value.Match(line) : System.Text.RegularExpressions.Match.Empty;
}
