using Microsoft.CodeAnalysis;

namespace KvmTraceLab.Mutation;

/// <summary>One change to one place of the sources.</summary>
/// <param name="File">Path from the repository's root, with slashes.</param>
/// <param name="Line">One-based line of the change.</param>
/// <param name="Old">The text that is replaced.</param>
/// <param name="New">What stands there instead; empty for a removed statement.</param>
/// <param name="Context">The whole line, trimmed: with the two texts before it names the mutant when lines move.</param>
internal sealed record Mutant(string File, int Line, string Old, string New, string Context)
{
    /// <summary>The syntax node to replace, and its replacement; null removes nothing but an empty statement stands there.</summary>
    public required SyntaxNode Node { get; init; }

    public required SyntaxNode Replacement { get; init; }

    /// <summary>What kind of change it is.</summary>
    public required MutantKind Kind { get; init; }

    /// <summary>How the list of equivalent mutants names it.</summary>
    public string Key => $"{File} | {Context} | {Old} => {New}";
}
