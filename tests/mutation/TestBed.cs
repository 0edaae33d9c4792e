using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;

namespace KvmTraceLab.Mutation;

/// <summary>
/// Runs tests of the test assembly with one assembly replaced, in a load context of its own: no process to start and no
/// discovery for each mutant. Knows what the tests here use: facts, theories with inline and member data, async, Dispose.
/// </summary>
/// <param name="bin">Folder with everything the tests run with.</param>
/// <param name="subject">Name of the assembly that is replaced.</param>
/// <param name="areas">Namespaces or classes below KvmTraceLab.Tests; with a minus before it: not those.</param>
internal sealed class TestBed(string bin, string subject, string[] areas)
{
    private readonly List<string> _order = [];
    private readonly SharedAssemblies _shared = new(bin, subject);
    private string _path = "";
    private Context? _context;
    private Dictionary<string, MethodInfo> _tests = [];
    private FieldInfo? _chosen;
    private FieldInfo? _reached;

    /// <summary>Runs until the first failure; its name, or null when all pass. The test that caught a mutant is tried first next time.</summary>
    /// <param name="replacement">Path of the mutated assembly; it stays loaded for the next mutant in it.</param>
    /// <param name="number">Which of the mutants in it; 0 for none, or for the only one.</param>
    /// <param name="timings">Filled with what each test took, in milliseconds, when given.</param>
    public string? Run(string replacement, int number, Dictionary<string, long>? timings = null)
    {
        if (_path != replacement) Load(replacement);
        if (_order.Count == 0) _order.AddRange(_tests.Keys);
        _reached?.SetValue(null, false);
        for (var i = 0; i < _order.Count; i++)
        {
            var name = _order[i];
            _chosen?.SetValue(null, number);
            var watch = Stopwatch.StartNew();
            var failure = Run(_tests[name]);
            timings?.Add(name, watch.ElapsedMilliseconds);
            if (failure is null) continue;
            _order.RemoveAt(i);
            _order.Insert(0, name);
            if (number == 0) return $"{name}: {failure}";
            _chosen!.SetValue(null, 0);
            return Run(_tests[name]) is null ? $"{name}: {failure}" : Stained;
        }

        return number != 0 && _reached?.GetValue(null) is false ? Unreached : null;
    }

    /// <summary>The answer when no test came by the mutant: what is computed once, when the process begins, had been computed without it.</summary>
    public const string Unreached = "unreached";

    /// <summary>The answer when a test that failed with a mutant fails without it too: something of the mutant is left in the process.</summary>
    public const string Stained = "stained";

    private void Load(string replacement)
    {
        _context?.Unload();
        _path = replacement;
        _context = new Context(bin, replacement, _shared);
        _tests = Cases(_context.LoadFromAssemblyPath(Path.Combine(bin, "KvmTraceLab.Tests.dll")));
        var chosen = _context.LoadFromAssemblyPath(replacement).GetType(Blend.SwitchType);
        (_chosen, _reached) = (chosen?.GetField(Blend.SwitchField), chosen?.GetField(Blend.ReachedField));
    }

    /// <summary>Fast tests first: most mutants fall early.</summary>
    public void Sort(Dictionary<string, long> timings) => _order.Sort((a, b) => timings[a].CompareTo(timings[b]));

    private Dictionary<string, MethodInfo> Cases(Assembly assembly)
    {
        var found = new Dictionary<string, MethodInfo>(StringComparer.Ordinal);
        foreach (var type in assembly.GetExportedTypes())
        {
            if (!System.Array.Exists(areas, a => Holds(a, type)) || System.Array.Exists(areas, a => a.StartsWith('-') && Holds(a[1..], type))) continue;
            foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static))
                if (method.CustomAttributes.Any(a => a.AttributeType.Name is "FactAttribute" or "TheoryAttribute")) found[$"{type.Name}.{method.Name}"] = method;
        }

        return found;
    }

    private static bool Holds(string area, Type type) =>
        (type.Namespace + ".").StartsWith($"KvmTraceLab.Tests.{area}.", StringComparison.Ordinal) || type.FullName == $"KvmTraceLab.Tests.{area}";

    private static string? Run(MethodInfo test)
    {
        try
        {
            foreach (var arguments in Arguments(test))
            {
                var instance = test.IsStatic ? null : Activator.CreateInstance(test.DeclaringType!);
                try
                {
                    if (test.Invoke(instance, arguments) is Task task) task.GetAwaiter().GetResult();
                }
                finally
                {
                    (instance as IDisposable)?.Dispose();
                }
            }

            return null;
        }
        catch (Exception e)
        {
            var inner = e is TargetInvocationException { InnerException: { } cause } ? cause : e;
            return inner.GetType().Name;
        }
    }

    private static IEnumerable<object?[]> Arguments(MethodInfo test)
    {
        var parameters = test.GetParameters();
        if (parameters.Length == 0) yield return [];
        foreach (var data in test.CustomAttributes)
        {
            if (data.AttributeType.Name == "InlineDataAttribute")
            {
                var values = (IReadOnlyCollection<CustomAttributeTypedArgument>?)data.ConstructorArguments[0].Value;
                yield return Fit(parameters, values is null ? [null] : [.. values.Select(v => v.Value)]);
            }
            else if (data.AttributeType.Name == "MemberDataAttribute")
            {
                var name = (string)data.ConstructorArguments[0].Value!;
                var given = (IReadOnlyCollection<CustomAttributeTypedArgument>)data.ConstructorArguments[1].Value!;
                const BindingFlags Any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
                var owner = test.DeclaringType!;
                var rows = owner.GetProperty(name, Any)?.GetValue(null) ?? owner.GetField(name, Any)?.GetValue(null) ?? owner.GetMethod(name, Any)!.Invoke(null, [.. given.Select(g => g.Value)]);
                foreach (var row in (System.Collections.IEnumerable)rows!)
                    yield return Fit(parameters, row as object?[] ?? (object?[])row.GetType().GetMethod("GetData")!.Invoke(row, null)!);
            }
        }
    }

    /// <summary>Literals in attributes come as int or as the number of an enumeration; the test wants its own type. What is left over is the rest of a params array.</summary>
    private static object?[] Fit(ParameterInfo[] parameters, object?[] values)
    {
        var fitted = new object?[parameters.Length];
        for (var i = 0; i < parameters.Length; i++)
        {
            var type = parameters[i].ParameterType;
            fitted[i] = IsRest(parameters[i]) && (values.Length != parameters.Length || !IsArray(values[i], type)) ? Array(values[i..], type.GetElementType()!)
                : Fit(i < values.Length ? values[i] : parameters[i].DefaultValue, type);
        }

        return fitted;
    }

    private static object? Fit(object? value, Type wanted)
    {
        var type = Nullable.GetUnderlyingType(wanted) ?? wanted;
        return value is null || type.IsInstanceOfType(value) ? value
            : type.IsEnum ? Enum.ToObject(type, value)
            : value is IReadOnlyCollection<CustomAttributeTypedArgument> list ? Array([.. list.Select(v => v.Value)], type.GetElementType() ?? typeof(object))
            : Convert.ChangeType(value, type, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static bool IsRest(ParameterInfo parameter) => parameter.IsDefined(typeof(ParamArrayAttribute), inherit: false);

    private static bool IsArray(object? value, Type type) => value is null or IReadOnlyCollection<CustomAttributeTypedArgument> || type.IsInstanceOfType(value);

    private static Array Array(object?[] values, Type element)
    {
        var array = System.Array.CreateInstance(element, values.Length);
        for (var i = 0; i < values.Length; i++) array.SetValue(Fit(values[i], element), i);
        return array;
    }

    /// <summary>What depends on the replaced assembly is loaded anew, and the tests' packages; the rest and the framework are shared.</summary>
    private sealed class Context(string bin, string replacement, SharedAssemblies shared) : AssemblyLoadContext("mutant", isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName name)
        {
            if (name.Name == Path.GetFileNameWithoutExtension(replacement)) return LoadFromAssemblyPath(replacement);
            if (shared.Find(name) is { } known) return known;
            var path = Path.Combine(bin, name.Name + ".dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }
    }
}
