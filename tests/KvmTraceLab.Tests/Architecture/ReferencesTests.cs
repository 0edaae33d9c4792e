using System.Text.RegularExpressions;
using System.Xml.Linq;
using KvmTraceLab.Tests.Parser.Text;

namespace KvmTraceLab.Tests.Architecture;

/// <summary>Dependencies flow one way: Cli, Output, Analysis, Replay, then Parser and Mmu, which know nobody.</summary>
public sealed class ReferencesTests
{
    private static readonly string[][] Layers = [["Cli"], ["Output"], ["Analysis"], ["Replay"], ["Parser", "Mmu"]];

    private static Dictionary<string, XDocument> Projects() => Directory.GetFiles(Path.Combine(TextRows.Root(), "src"), "*.csproj", SearchOption.AllDirectories)
        .ToDictionary(p => Path.GetFileNameWithoutExtension(p), XDocument.Load, StringComparer.Ordinal);

    private static IEnumerable<string> Includes(XDocument project, string element) => project.Descendants(element).Select(e => (string)e.Attribute("Include")!);

    [Fact]
    public void Projects_refer_downwards_only()
    {
        var projects = Projects();
        Assert.Equal(Layers.SelectMany(l => l).Order(StringComparer.Ordinal), projects.Keys.Order(StringComparer.Ordinal));
        int Level(string name) => Array.FindIndex(Layers, l => l.Contains(name));
        foreach (var (name, project) in projects)
        {
            foreach (var reference in Includes(project, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Replace('\\', '/'))))
                Assert.True(Level(reference) > Level(name), $"{name} refers to {reference}");
        }
    }

    [Theory]
    [InlineData("CsvHelper", "Output")]
    [InlineData("Microsoft.Diagnostics.Tracing.TraceEvent", "Output")]
    [InlineData("Radzen.Blazor", "Output")]
    [InlineData("System.CommandLine", "Cli")]
    public void A_package_is_known_to_one_project(string package, string owner)
    {
        foreach (var (name, project) in Projects())
            Assert.True(!Includes(project, "PackageReference").Contains(package, StringComparer.OrdinalIgnoreCase) || name == owner, $"{name} refers to {package}");
        foreach (var file in Sources().Where(f => !f.Contains($"{Path.DirectorySeparatorChar}{owner}{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
            Assert.False(Regex.IsMatch(File.ReadAllText(file), $@"^using {Regex.Escape(package == "Radzen.Blazor" ? "Radzen" : package)}", RegexOptions.Multiline, TimeSpan.FromSeconds(5)), file);
    }

    [Fact]
    public void No_file_is_longer_than_five_hundred_lines()
    {
        foreach (var file in Sources().Where(f => !f.Contains("Vocabulary", StringComparison.Ordinal)))
            Assert.True(File.ReadLines(file).Count() <= 500, file);
    }

    private static IEnumerable<string> Sources() => Directory.GetFiles(Path.Combine(TextRows.Root(), "src"), "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
}
