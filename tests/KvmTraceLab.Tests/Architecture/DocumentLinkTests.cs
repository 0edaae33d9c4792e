using System.Text.RegularExpressions;
using KvmTraceLab.Tests.Cli;

namespace KvmTraceLab.Tests.Architecture;

/// <summary>What the documents point at is there: headings, files and types.</summary>
public sealed class DocumentLinkTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5);

    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(Path.Combine(Analyzed.Root, "docs"), "*.md").Concat(["README.md", "CONTRIBUTING.md", "samples/README.md", "bench/README.md"]).Select(p => Path.GetRelativePath(Analyzed.Root, Path.Combine(Analyzed.Root, p)))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Headings_that_are_linked_to_exist(string page)
    {
        var text = File.ReadAllText(Path.Combine(Analyzed.Root, page));
        var anchors = Regex.Matches(text, "^#+ (?<heading>.*)$", RegexOptions.Multiline, Long).Select(m => Anchor(m.Groups["heading"].Value)).ToHashSet(StringComparer.Ordinal);
        Assert.All(Regex.Matches(text, @"\]\(#(?<anchor>[^)]+)\)", RegexOptions.None, Long), m => Assert.Contains(m.Groups["anchor"].Value, anchors));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Files_that_are_named_exist(string page)
    {
        var text = File.ReadAllText(Path.Combine(Analyzed.Root, page));
        foreach (Match match in Regex.Matches(text, @"`(?<path>(?:docs|src|samples|tests|bench)/[A-Za-z0-9_./-]+)", RegexOptions.None, Long))
        {
            var path = Path.Combine(Analyzed.Root, match.Groups["path"].Value.TrimEnd('.'));
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{page}: {match.Groups["path"].Value}");
        }
    }

    /// <summary>As GitHub makes them.</summary>
    private static string Anchor(string heading) =>
        string.Concat(heading.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c));

    /// <summary>A name between backticks that looks like one of our types, in the pages that speak of the code.</summary>
    [Theory]
    [InlineData("docs/architecture.md")]
    [InlineData("docs/replay.md")]
    [InlineData("docs/signatures.md")]
    [InlineData("docs/mmu.md")]
    public void Types_that_are_named_exist(string page)
    {
        var source = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Analyzed.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(Analyzed.Root, "tests"), "*.cs", SearchOption.AllDirectories)).Select(File.ReadAllText));
        var named = Regex.Matches(File.ReadAllText(Path.Combine(Analyzed.Root, page)), @"`(?<name>[A-Z][a-z]+(?:[A-Z][a-z]+)+)(?:\.[A-Za-z]+)?(?:\(\))?`", RegexOptions.None, Long).Select(m => m.Groups["name"].Value).Distinct().ToList();
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Matches(new Regex($@"\b(?:class|struct|interface|record|enum) {name}\b|\b{name}(?:\(| \{{| =>)", RegexOptions.None, Long), source));
    }
}
