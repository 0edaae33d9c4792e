using System.CommandLine;
using System.Text;

namespace KvmTraceLab.Tests.Cli;

/// <summary>docs/reference.md, made from the tree of commands.</summary>
internal static class ReferencePage
{
    public static string Of(RootCommand root)
    {
        var page = new StringBuilder("# Reference\n\nMade from the program's own help; `KTL_UPDATE_GOLDEN=1 dotnet test -c Release --filter ReferenceTests` writes it anew.\n");
        var shared = Shared(root);
        page.Append("\n## Options of every command that reads a FILE\n\n| option | |\n|---|---|\n");
        foreach (var row in shared) page.Append(row);
        foreach (var command in root.Subcommands) Append(page, command, "ktl ", shared);
        page.Append("\nExit codes: 0 done; 1 done, and what was asked to hold does not; 2 could not do it, one line says why; 3 done, but the data cannot tell.\n");
        return page.ToString();
    }

    /// <summary>The commands that read a trace.</summary>
    public static List<Command> Readers(RootCommand root) => [.. root.Subcommands.Where(c => c.Arguments.Any(a => a.Name == "FILE"))];

    /// <summary>The rows of the options that all of them have alike.</summary>
    public static List<string> Shared(RootCommand root)
    {
        var readers = Readers(root);
        return [.. readers[0].Options.Select(Row).Where(row => readers.TrueForAll(c => c.Options.Any(o => Row(o) == row)))];
    }

    private static void Append(StringBuilder page, Command command, string before, List<string> shared)
    {
        var name = before + command.Name;
        var arguments = string.Concat(command.Arguments.Select(a => a.Arity.MaximumNumberOfValues > 1 ? $" {a.Name}…" : " " + a.Name));
        page.Append($"\n## {name}{arguments}\n\n");
        var text = (command.Description ?? "").Split("\n\nExamples:\n");
        page.Append(text[0].TrimEnd()).Append('\n');
        foreach (var argument in command.Arguments.Where(a => a.Name != "FILE")) page.Append($"\n`{argument.Name}`: {argument.Description}\n");
        var own = command.Options.Where(o => o.Name is not "--help" and not "--version").Select(Row).Where(row => command.Arguments.All(a => a.Name != "FILE") || !shared.Contains(row)).ToList();
        if (own.Count > 0) page.Append("\n| option | |\n|---|---|\n").AppendJoin("", own);
        if (text.Length > 1) page.Append("\n```sh\n").AppendJoin('\n', text[1].Split('\n').Select(l => l.Trim())).Append("\n```\n");
        foreach (var inner in command.Subcommands) Append(page, inner, name + " ", shared);
    }

    public static string Row(Option option)
    {
        var names = string.Join(", ", option.Aliases.Append(option.Name).OrderBy(n => n.Length).Select(n => $"`{n}`"));
        var value = option.ValueType == typeof(bool) || option.HelpName is null ? "" : $" {option.HelpName.Replace("|", "\\|", StringComparison.Ordinal)}";
        return $"| {names}{value} | {option.Description?.Replace("|", "\\|", StringComparison.Ordinal)} |\n";
    }
}
