using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace KvmTraceLab.Mutation;

/// <summary>One project whose sources are mutated: parsed once, compiled anew for each mutant, without touching any file of the repository.</summary>
internal sealed class Subject
{
    private readonly Dictionary<string, SyntaxTree> _trees = new(StringComparer.Ordinal);
    private readonly CSharpCompilation _compilation;

    /// <param name="root">The repository.</param>
    /// <param name="project">A folder of src.</param>
    /// <param name="bin">Folder with everything the tests run with.</param>
    public Subject(string root, string project, string bin)
    {
        Assembly = $"KvmTraceLab.{project}";
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        var folder = Path.Combine(root, "src", project);
        var generated = Path.Combine(root, "artifacts", "obj", project, "release");
        foreach (var path in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            _trees[Path.GetRelativePath(root, path).Replace('\\', '/')] = Parse(path, options);
        IEnumerable<SyntaxTree> extra = Directory.EnumerateFiles(generated, "*.cs").Select(p => Parse(p, options));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => !Path.GetFileName(p).StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) && !Path.GetFileName(p).StartsWith("KvmTraceLab.", StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(bin, "KvmTraceLab.*.dll").Where(p => Path.GetFileNameWithoutExtension(p) is var name && name != Assembly && name != "KvmTraceLab.Tests"))
            .Select(p => MetadataReference.CreateFromFile(p));
        _compilation = CSharpCompilation.Create(Assembly, _trees.Values.Concat(extra), references, new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable, deterministic: true));
    }

    public string Assembly { get; }

    public IReadOnlyDictionary<string, SyntaxTree> Trees => _trees;

    /// <summary>Writes the assembly with one change, or unchanged; false when it does not compile.</summary>
    public bool Emit(Mutant? mutant, string path, out string error)
    {
        var compilation = _compilation;
        if (mutant is not null)
        {
            var tree = _trees[mutant.File];
            var root = tree.GetRoot().ReplaceNode(mutant.Node, mutant.Replacement);
            compilation = compilation.ReplaceSyntaxTree(tree, tree.WithRootAndOptions(root, tree.Options));
        }

        using var file = File.Create(path);
        var result = compilation.Emit(file);
        error = result.Diagnostics.FirstOrDefault(d => d.Severity == DiagnosticSeverity.Error)?.ToString() ?? "";
        return result.Success;
    }

    /// <summary>Writes one assembly with all of the mutants that can be in one; their numbers, from 1 on.</summary>
    public Dictionary<Mutant, int> EmitBlend(IEnumerable<Mutant> mutants, string path)
    {
        var numbers = new Dictionary<Mutant, int>(ReferenceEqualityComparer.Instance);
        foreach (var mutant in mutants.Where(Blend.Takes)) numbers[mutant] = numbers.Count + 1;
        while (numbers.Count > 0)
        {
            var compilation = _compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(Blend.SwitchSource, (CSharpParseOptions)_trees.Values.First().Options));
            foreach (var file in numbers.GroupBy(n => n.Key.File))
                compilation = compilation.ReplaceSyntaxTree(_trees[file.Key], Blend.Of(_trees[file.Key], [.. file.Select(n => (n.Key, n.Value))]));
            using var output = File.Create(path);
            var result = compilation.Emit(output);
            if (result.Success) break;
            var blamed = result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error && d.Location.SourceTree is not null)
                .SelectMany(d => Blend.Blamed(d.Location.SourceTree!, d.Location.SourceSpan)).ToHashSet();
            var left = numbers.Count;
            foreach (var mutant in numbers.Keys.ToList())
                if (blamed.Contains(numbers[mutant])) numbers.Remove(mutant);
            if (numbers.Count == left) throw new InvalidOperationException($"mutants do not compile together: {result.Diagnostics.First(d => d.Severity == DiagnosticSeverity.Error)}");
        }

        return numbers;
    }

    private static SyntaxTree Parse(string path, CSharpParseOptions options)
    {
        using var stream = File.OpenRead(path);
        return CSharpSyntaxTree.ParseText(SourceText.From(stream), options, path);
    }
}
