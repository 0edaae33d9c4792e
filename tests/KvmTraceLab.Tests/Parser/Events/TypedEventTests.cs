using System.Reflection;
using System.Text;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.KvmMmu;

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
            foreach (var property in Values(type)) text.Append($"  {property.PropertyType.Name} {property.Name} <- {Read(type, property, shape)}\n");
            if (type.GetProperty("Page") is { } page && page.PropertyType == typeof(ShadowPage))
                foreach (var property in Values(page.PropertyType)) text.Append($"  {property.PropertyType.Name} Page.{property.Name} <- {Read(page.PropertyType, property, shape)}\n");
        }

        GoldenFile.Check("parser/typed-events.txt", text.ToString());
    }

    private static IEnumerable<PropertyInfo> Values(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.PropertyType.IsPrimitive || p.PropertyType.IsEnum);

    private string Read(Type type, PropertyInfo property, EventShape shape)
    {
        var all = (1UL << shape.Fields.Count) - 1;
        var isPage = type == typeof(ShadowPage);
        var method = typeof(TypedEventTests).GetMethod(isPage ? nameof(PageValueOf) : nameof(ValueOf), BindingFlags.NonPublic | BindingFlags.Instance)!;
        var reader = method.MakeGenericMethod(isPage ? [property.PropertyType] : [type, property.PropertyType]).CreateDelegate<Func<PropertyInfo, EventShape, ulong[], ulong, object?>>(this);
        object? Value(ulong[] slots, ulong presence) => reader(property, shape, slots, presence);
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
    private object? ValueOf<TEvent, TValue>(PropertyInfo property, EventShape shape, ulong[] slots, ulong presence)
        where TEvent : struct, IKvmEvent<TEvent>, allows ref struct
    {
        var get = property.GetMethod!.CreateDelegate<Getter<TEvent, TValue>>();
        var typed = TEvent.Over(_bench.Row(shape, slots, presence));
        return get(ref typed);
    }

    private object? PageValueOf<TValue>(PropertyInfo property, EventShape shape, ulong[] slots, ulong presence)
    {
        var get = property.GetMethod!.CreateDelegate<Getter<ShadowPage, TValue>>();
        var page = new ShadowPage(_bench.Row(shape, slots, presence));
        return get(ref page);
    }

    private delegate TValue Getter<TEvent, TValue>(ref TEvent typed)
        where TEvent : struct, allows ref struct;

    private static bool IsTyped(Type type) => type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IKvmEvent<>));
}
