using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;

namespace KvmTraceLab.Mutation;

/// <summary>
/// The product's assemblies that know nothing of the replaced one: loaded once for all mutants, so that they are compiled
/// to machine code once.
/// </summary>
internal sealed class SharedAssemblies : AssemblyLoadContext
{
    private readonly string _bin;
    private readonly Dictionary<string, Assembly> _loaded = new(StringComparer.Ordinal);

    public SharedAssemblies(string bin, string subject)
        : base("shared")
    {
        _bin = bin;
        var references = Directory.EnumerateFiles(bin, "KvmTraceLab.*.dll").ToDictionary(p => Path.GetFileNameWithoutExtension(p), References, StringComparer.Ordinal);
        foreach (var name in references.Keys)
            if (!Reaches(name)) _loaded[name] = LoadFromAssemblyPath(Path.Combine(bin, name + ".dll"));

        bool Reaches(string name) => name == subject || (references.TryGetValue(name, out var next) && next.Exists(Reaches));
    }

    /// <summary>The one for all, or null where each mutant needs its own.</summary>
    public Assembly? Find(AssemblyName name) => _loaded.GetValueOrDefault(name.Name!);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (Find(assemblyName) is { } known) return known;
        var path = Path.Combine(_bin, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    private static List<string> References(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name))];
    }
}
