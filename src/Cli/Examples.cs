using System.CommandLine;

namespace KvmTraceLab.Cli;

/// <summary>Help texts end with an example that runs.</summary>
internal static class Examples
{
    /// <summary>A command whose description carries its examples.</summary>
    public static Command Command(string name, string description, params string[] examples) =>
        new(name, Text(description, examples));

    /// <summary>A description and its examples.</summary>
    public static string Text(string description, params string[] examples) =>
        description + "\n\nExamples:\n" + string.Join('\n', examples.Select(e => "  " + e));
}
