using System.CommandLine;
using KvmTraceLab.Cli;

namespace KvmTraceLab.Tests.Cli;

/// <summary>What help and README tell people to type.</summary>
public sealed class ExamplesTests
{
    private static IEnumerable<Command> Commands(Command command) => command.Subcommands.SelectMany(c => Commands(c).Prepend(c));

    private static string[] Words(string line)
    {
        var words = new List<string>();
        var word = "";
        var quote = '\0';
        foreach (var c in line + " ")
        {
            if (quote == '\0' && c is '\'' or '"') quote = c;
            else if (c == quote) quote = '\0';
            else if (c == ' ' && quote == '\0')
            {
                if (word.Length > 0) words.Add(word);
                word = "";
            }
            else word += c;
        }

        return [.. words];
    }

    /// <summary>The part of a shell line that is ktl's.</summary>
    private static string[]? Arguments(string line)
    {
        line = line.Trim().TrimStart('$').Trim();
        var comment = line.IndexOf(" # ", StringComparison.Ordinal);
        if (comment >= 0) line = line[..comment];
        foreach (var part in line.Split('|').Select(p => p.Trim()))
        {
            if (part.StartsWith("ktl ", StringComparison.Ordinal)) return Words(part[4..]);
            if (part.StartsWith("dotnet run", StringComparison.Ordinal) && part.IndexOf(" -- ", StringComparison.Ordinal) is > 0 and var at) return Words(part[(at + 4)..]);
        }

        return null;
    }

    [Fact]
    public void Every_command_has_an_example_and_all_examples_parse()
    {
        foreach (var command in Commands(Root.Create()))
        {
            var description = command.Description ?? "";
            if (command.Subcommands.Count == 0 || description.Contains("Examples:", StringComparison.Ordinal))
                Assert.Contains("ktl ", description, StringComparison.Ordinal);
            foreach (var line in description.Split('\n').Where(l => l.TrimStart().StartsWith("ktl ", StringComparison.Ordinal) || l.Contains("| ktl ", StringComparison.Ordinal)))
            {
                var parsed = Root.Create().Parse(Arguments(line)!);
                Assert.True(parsed.Errors.Count == 0, $"{line}: {string.Join(' ', parsed.Errors.Select(e => e.Message))}");
            }
        }
    }

    /// <summary>A run makes only the command that it was asked for: the same one, with the same options.</summary>
    [Fact]
    public void A_named_command_is_made_alone_and_whole()
    {
        foreach (var command in Root.Create().Subcommands)
        {
            var alone = Assert.Single(Root.For([command.Name, "FILE"]).Subcommands);
            Assert.Equal(command.Name, alone.Name);
            Assert.Equal(command.Options.Select(o => o.Name), alone.Options.Select(o => o.Name));
            Assert.Equal(command.Subcommands.Select(c => c.Name), alone.Subcommands.Select(c => c.Name));
        }

        var all = Root.Create().Subcommands.Select(c => c.Name).ToList();
        foreach (var args in new string[][] { [], ["--help"], ["analyse"], ["[suggest:3]", "ana"], ["--version"] })
            Assert.Equal(all, Root.For(args).Subcommands.Select(c => c.Name));
    }

    /// <summary>README's commands over samples run and end well; those on a file of the reader's own are parsed.</summary>
    [Fact]
    public void The_commands_of_the_README_run()
    {
        var inside = false;
        foreach (var line in File.ReadLines(Path.Combine(Analyzed.Root, "README.md")))
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) inside = !inside;
            if (!inside || Arguments(line) is not { Length: > 0 } arguments) continue;
            if (Array.Exists(arguments, a => a is "record" or "-" or "…" or "..." || a.StartsWith('<') || a.StartsWith('['))) continue;
            var runs = Array.Exists(arguments, a => a.StartsWith("samples/", StringComparison.Ordinal)) || arguments[0] is "list" or "mmu";
            if (arguments.Any(a => a.EndsWith(".csv", StringComparison.Ordinal) && !File.Exists(Path.Combine(Analyzed.Root, a)))) runs = false;
            var parsed = Root.Create().Parse(arguments);
            Assert.True(parsed.Errors.Count == 0, $"{line}: {string.Join(' ', parsed.Errors.Select(e => e.Message))}");
            if (!runs || arguments.Any(a => a is "-o" or "--output" or ">")) continue;
            var result = Ktl.Run(arguments);
            Assert.True(result.Code is 0 or 1 or 3, $"{line}: {result.Error}");
            Assert.NotEqual("", result.Output);
        }
    }
}
