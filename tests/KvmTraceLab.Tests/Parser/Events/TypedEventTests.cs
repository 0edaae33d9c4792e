using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Tests.Parser.Events;

/// <summary>
/// Which fields every property of every typed event reads, found by setting one field (or its presence) at a time: the whole list in
/// Golden/parser/typed-events.txt. A property that reads its neighbour's field shows there. <c>KTL_UPDATE_GOLDEN=1</c> rewrites it.
/// </summary>
public sealed class TypedEventTests
{
    private readonly PayloadBench _bench = new();

    [Fact]
    public void Every_property_reads_its_own_fields()
    {
        var text = new StringBuilder();
        foreach (var type in typeof(KvmEvents).Assembly.GetTypes().Where(IsTyped).OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            var shape = (EventShape)type.GetProperty("Shape")!.GetValue(null)!;
            text.Append($"{type.Name}: {shape.Name}\n");
            foreach (var (name, kind, get) in Properties(type)) text.Append($"  {kind.Name} {name} <- {Read(type, get, shape)}\n");
        }

        var path = Golden();
        if (Environment.GetEnvironmentVariable("KTL_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text.ToString());
        }

        Assert.Equal(File.ReadAllText(path), text.ToString());
    }

    /// <summary>Numbers and flags of a window, and those of the windows that several events share.</summary>
    private static IEnumerable<(string Name, Type Kind, Func<object, object?> Get)> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).SelectMany(p =>
            p.PropertyType.IsPrimitive || p.PropertyType.IsEnum ? [(p.Name, p.PropertyType, p.GetValue)]
            : p.PropertyType.GetConstructor([typeof(EventRow)]) is null ? []
            : Properties(p.PropertyType).Select(inner => (inner.Name, inner.Kind, (Func<object, object?>)(o => inner.Get(p.GetValue(o)!)))));

    private string Read(Type type, Func<object, object?> get, EventShape shape)
    {
        var all = (1UL << shape.Fields.Count) - 1;
        object? Value(ulong[] slots, ulong presence) => get(type.GetMethod("Over")!.Invoke(null, [_bench.Row(shape, slots, presence)])!);
        var zeros = new ulong[shape.Fields.Count];
        var zero = Value(zeros, all);
        var read = new List<string>();
        for (var i = 0; i < zeros.Length; i++)
        {
            var bits = new List<int>();
            for (var bit = 0; bit < 64; bit++)
            {
                var slots = (ulong[])zeros.Clone();
                slots[i] = 1UL << bit;
                if (!Equals(zero, Value(slots, all))) bits.Add(bit);
            }

            if (bits.Count > 0) read.Add(bits.Count == bits[^1] - bits[0] + 1 ? $"{shape.Fields[i].Name}[{bits[^1]}:{bits[0]}]" : $"{shape.Fields[i].Name}[{string.Join(',', bits)}]");
            if (!Equals(zero, Value(zeros, all & ~(1UL << i)))) read.Add($"{shape.Fields[i].Name}?");
        }

        return string.Join(", ", read);
    }

    private static bool IsTyped(Type type) => type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IKvmEvent<>));

    private static string Golden([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "Golden", "parser", "typed-events.txt"));
}
