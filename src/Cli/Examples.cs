using System.CommandLine;

namespace KvmTraceLab.Cli;

/// <summary>Help texts end with an example that runs.</summary>
internal static class Examples
{
    private const string Heading = "\n\nExamples:\n";

    /// <summary>A command whose description carries its examples.</summary>
    public static Command Command(string name, string description, params string[] examples) =>
        new(name, Text(description, examples));

    /// <summary>A description and its examples.</summary>
    public static string Text(string description, params string[] examples) =>
        description + Heading + string.Join('\n', examples.Select(e => "  " + e));

    /// <summary>What a description made by <see cref="Text"/> is made of.</summary>
    public static (string What, IReadOnlyList<string> Lines) Parts(string description)
    {
        var at = description.IndexOf(Heading, StringComparison.Ordinal);
        return at < 0 ? (description, []) : (description[..at], [.. description[(at + Heading.Length)..].Split('\n').Select(e => e.Trim())]);
    }
}
