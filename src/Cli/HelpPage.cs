using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Cli;

/// <summary>
/// <c>--help</c> in 100 columns: what the command is for, usage, arguments, options, commands, and at the end examples that run.
/// Defaults stand in the descriptions.
/// </summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    private const int Width = 100;
    private const int WidestLabel = 32;

    /// <summary>Lets a tree of commands answer <c>--help</c> in this form.</summary>
    public static void For(RootCommand root)
    {
        foreach (var help in root.Options.OfType<HelpOption>()) help.Action = new HelpPage();
    }

    /// <summary>Who asks for help need not have said all that the command wants.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var path = new List<string>();
        for (var at = parseResult.CommandResult; at is not null; at = at.Parent as System.CommandLine.Parsing.CommandResult)
            path.Insert(0, at.Parent is null ? "ktl" : at.Command.Name);
        return Guard.Run(() =>
        {
            Write(Console.Out, parseResult.CommandResult.Command, string.Join(' ', path), parseResult.RootCommandResult.Command.Options);
            return Guard.Ok;
        });
    }

    private static void Write(TextWriter to, Command command, string path, IEnumerable<Option> everywhere)
    {
        var (what, examples) = Examples.Parts(command.Description ?? "");
        Wrapped(to, "Description:", what);
        to.WriteLine();
        var arguments = string.Concat(command.Arguments.Select(a => $" {Name(a)}"));
        Wrapped(to, "Usage:", path + (command.Subcommands.Count > 0 ? " COMMAND" : "") + arguments + " [options]");
        Rows(to, "Arguments:", command.Arguments.Select(a => (Name(a), a.Description)));
        Rows(to, "Options:", command.Options.Union(everywhere.Where(o => o.Recursive)).Where(o => !o.Hidden).Select(o => (Name(o), o.Description)));
        Rows(to, "Commands:", command.Subcommands.Select(c => (c.Name, (string?)Examples.Parts(c.Description ?? "").What)));
        if (command.Subcommands.Count > 0)
        {
            to.WriteLine();
            to.WriteLine($"`{path} COMMAND --help` tells the options of a command and has examples.");
        }

        if (examples.Count == 0) return;
        to.WriteLine();
        to.WriteLine("Examples:");
        foreach (var example in examples) to.WriteLine("  " + example);
    }

    private static string Name(Argument argument) =>
        $"<{argument.HelpName ?? argument.Name}>" + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");

    private static string Name(Option option)
    {
        var names = string.Join(", ", option.Aliases.Append(option.Name).Where(n => n[0] == '-').OrderBy(n => n.Length).ThenBy(n => n, StringComparer.Ordinal));
        return option.HelpName is { } value && option.ValueType != typeof(bool) ? $"{names} <{value}>" : names;
    }

    private static void Wrapped(TextWriter to, string title, string text)
    {
        to.WriteLine(title);
        foreach (var line in TextWidth.Wrap(text, Width - 2)) to.WriteLine("  " + line);
    }

    private static void Rows(TextWriter to, string title, IEnumerable<(string Label, string? Text)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0) return;
        to.WriteLine();
        to.WriteLine(title);
        var left = all.Select(r => r.Label.Length).Where(n => n <= WidestLabel).DefaultIfEmpty(0).Max();
        foreach (var (label, text) in all)
        {
            var lead = "  " + label.PadRight(left) + "  ";
            if (label.Length > left)
            {
                to.WriteLine("  " + label);
                lead = "".PadRight(left + 4);
            }

            foreach (var line in TextWidth.Wrap(text ?? "", Width - left - 4))
            {
                to.WriteLine((lead + line).TrimEnd());
                lead = "".PadRight(left + 4);
            }
        }
    }
}
