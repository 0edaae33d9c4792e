using System.CommandLine;
using KvmTraceLab.Cli;

namespace KvmTraceLab.Tests.Cli;

/// <summary><c>--help</c> of every command.</summary>
public sealed class HelpTests
{
    public static TheoryData<string> Paths()
    {
        var paths = new TheoryData<string> { "" };
        Walk(Root.Create(), "");
        return paths;

        void Walk(Command command, string before)
        {
            foreach (var inner in command.Subcommands)
            {
                paths.Add(before + inner.Name);
                Walk(inner, before + inner.Name + " ");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Help_fits_100_columns_and_tells_all_there_is_once(string path)
    {
        string[] words = path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Command command = Root.Create();
        foreach (var word in words) command = command.Subcommands.Single(c => c.Name == word);
        var (code, output, error) = Ktl.Run([.. words, "--help"]);
        Assert.Equal((0, ""), (code, error));
        var lines = output.TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.True(line.Length <= 100, line));
        Assert.Contains(lines, line => line.StartsWith($"  ktl {path}".TrimEnd(), StringComparison.Ordinal));
        foreach (var option in command.Options.Where(o => o.Name != "--version"))
        {
            Assert.Single(lines, line => line.StartsWith("  -", StringComparison.Ordinal) && line[2..].Split("  ")[0].Split(' ', ',').Contains(option.Name));
            Assert.True(output.Replace("\n", " ", StringComparison.Ordinal).Split("(default").Length - 1 <= command.Options.Count, output);
        }

        foreach (var inner in command.Subcommands) Assert.Single(lines, line => line.StartsWith($"  {inner.Name} ", StringComparison.Ordinal));
        Assert.DoesNotContain("[default", output, StringComparison.Ordinal);
        var examples = Examples.Parts(command.Description ?? "").Lines;
        Assert.Equal(examples, lines.SkipWhile(line => line != "Examples:").Skip(1).Select(line => line.Trim()));
    }
}
