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
            var shape = type.GetProperty("Shape")!.GetMethod!.CreateDelegate<Func<EventShape>>()();
            text.Append($"{type.Name}: {shape.Name}\n");
            foreach (var property in Values(type))
                text.Append($"  {property.PropertyType.Name} {property.Name} <- {Read(shape, Reader(nameof(ValueOf), [type, property.PropertyType], [property]))}\n");
            foreach (var window in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.PropertyType.IsByRefLike))
            {
                foreach (var property in Values(window.PropertyType))
                    text.Append($"  {property.PropertyType.Name} {property.Name} <- {Read(shape, Reader(nameof(InnerValueOf), [type, window.PropertyType, property.PropertyType], [window, property]))}\n");
            }
        }

        var path = Golden();
        if (Environment.GetEnvironmentVariable("KTL_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text.ToString());
        }

        Assert.Equal(File.ReadAllText(path), text.ToString());
    }

    private static IEnumerable<PropertyInfo> Values(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.PropertyType.IsPrimitive || p.PropertyType.IsEnum);

    private Func<PropertyInfo[], EventShape, ulong[], ulong, object?> Delegate(string method, Type[] types) =>
        typeof(TypedEventTests).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Instance)!
            .MakeGenericMethod(types).CreateDelegate<Func<PropertyInfo[], EventShape, ulong[], ulong, object?>>(this);

    private Func<EventShape, ulong[], ulong, object?> Reader(string method, Type[] types, PropertyInfo[] path)
    {
        var read = Delegate(method, types);
        return (shape, slots, presence) => read(path, shape, slots, presence);
    }

    private static string Read(EventShape shape, Func<EventShape, ulong[], ulong, object?> reader)
    {
        var all = (1UL << shape.Fields.Count) - 1;
        object? Value(ulong[] slots, ulong presence) => reader(shape, slots, presence);
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

    /// <summary>A typed event is a ref struct, which reflection cannot box: its getter is called through a delegate.</summary>
    private object? ValueOf<TEvent, TValue>(PropertyInfo[] path, EventShape shape, ulong[] slots, ulong presence)
        where TEvent : struct, IKvmEvent<TEvent>, allows ref struct
    {
        var get = path[0].GetMethod!.CreateDelegate<Getter<TEvent, TValue>>();
        var typed = TEvent.Over(_bench.Row(shape, slots, presence));
        return get(ref typed);
    }

    /// <summary>The same through a window that several events share.</summary>
    private object? InnerValueOf<TEvent, TWindow, TValue>(PropertyInfo[] path, EventShape shape, ulong[] slots, ulong presence)
        where TEvent : struct, IKvmEvent<TEvent>, allows ref struct
        where TWindow : struct, allows ref struct
    {
        var open = path[0].GetMethod!.CreateDelegate<Getter<TEvent, TWindow>>();
        var get = path[1].GetMethod!.CreateDelegate<Getter<TWindow, TValue>>();
        var typed = TEvent.Over(_bench.Row(shape, slots, presence));
        var window = open(ref typed);
        return get(ref window);
    }

    private delegate TValue Getter<TEvent, TValue>(ref TEvent typed)
        where TEvent : struct, allows ref struct
        where TValue : allows ref struct;

    private static bool IsTyped(Type type) => type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IKvmEvent<>));

    private static string Golden([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "Golden", "parser", "typed-events.txt"));
}
