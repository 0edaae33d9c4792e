using System.Text;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Tests.Parser.Events;

/// <summary>Reads single payloads into rows, as the decoders do.</summary>
internal sealed class PayloadBench
{
    private readonly EventCatalog _catalog = new();

    public static EventShape ShapeOf(string name) =>
        KvmEvents.All.SingleOrDefault(s => s.Name == name) ?? throw new ArgumentException($"no shape {name}");

    /// <summary>The row, or false if no spelling matched; <paramref name="leftOver"/> tells of words behind the match.</summary>
    public bool TryRead(string name, string payload, out EventRow row, out bool leftOver)
    {
        var shape = ShapeOf(name);
        var batch = new EventBatch(_catalog) { Text = Encoding.UTF8.GetBytes(payload) };
        var index = batch.Add(shape.Width);
        batch.Heads[index].Kind = (ushort)EventCatalog.KindOf(shape);
        batch.Heads[index].PayloadLength = batch.Text.Length;
        byte hint = 0;
        var ok = shape.TryRead(batch.Text, 0, batch.Slots.AsSpan(batch.Heads[index].Start, shape.Width), ref hint, out leftOver);
        row = batch[index];
        return ok;
    }

    /// <summary>A whole match, or a failed test.</summary>
    public EventRow Whole(string name, string payload)
    {
        Assert.True(TryRead(name, payload, out var row, out var leftOver), $"not understood: {name}: {payload}");
        Assert.False(leftOver, $"words left over: {name}: {payload}");
        return row;
    }

    public ulong Field(EventRow row, string field) => row[row.Shape!.SlotOf(field)];

    public static string Print(EventRow row, Dialect dialect)
    {
        var text = new TextBuilder();
        row.PrintPayload(text, dialect);
        return text.ToString();
    }

    /// <summary>A row with these slots and presence, as a decoder of records fills it.</summary>
    public EventRow Row(EventShape shape, ulong[] slots, ulong presence)
    {
        var batch = new EventBatch(_catalog) { Text = "made"u8.ToArray() };
        var index = batch.Add(shape.Width);
        batch.Heads[index].Kind = (ushort)EventCatalog.KindOf(shape);
        slots.CopyTo(batch.Slots, batch.Heads[index].Start);
        batch.Slots[batch.Heads[index].Start + shape.Fields.Count] = presence;
        return batch[index];
    }
}
