using System.CommandLine;

namespace KvmTraceLab.Cli;

/// <summary>Options that commands have in common, whatever they read.</summary>
internal static class CommonOptions
{
    public static Option<string?> Output() => new("--output", "-o") { Description = "write to this file instead of standard output", HelpName = "FILE" };

    public static Option<string?> Format(FormatChoice formats)
    {
        var option = new Option<string?>("--format") { Description = formats.Description, HelpName = "FORMAT" };
        option.CompletionSources.Add([.. formats.Names]);
        return option;
    }
}
