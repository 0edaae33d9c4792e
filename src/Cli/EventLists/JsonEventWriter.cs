using System.Text.Json;
using System.Text.Json.Nodes;
using KvmTraceLab.Output.Text;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Cli.EventLists;

/// <summary>
/// One JSON object (<c>ktl/events/1</c>) whose <c>events</c> stand one a line, so that line tools get at them too: time, place,
/// event, payload and the fields by the kernel's names. An event behind a marker of lost events has <c>lostBefore</c>: how many,
/// and null where nobody knows; losses behind the last event are <c>lostAfter</c>. Source and health come last, when they are known.
/// </summary>
internal sealed class JsonEventWriter : IEventWriter
{
    private readonly Stream _stream;
    private readonly Utf8JsonWriter _json;
    private readonly TextBuilder _payload = new();
    private readonly List<ulong?> _lost = [];
    private bool _any;

    public JsonEventWriter(Stream stream)
    {
        _stream = stream;
        _json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = SafeJson.Encoder });
        stream.Write("{\"schema\":\"ktl/events/1\",\"events\":["u8);
    }

    public void Write(in EventRow row)
    {
        _payload.Clear();
        row.PrintPayload(_payload);
        Begin(row.HasTime, row.Time, row.Cpu, row.Tid, System.Text.Encoding.UTF8.GetString(row.Comm), row.Name, _payload.ToString().Trim(), row.Buffer);
        if (row.HasFields && row.Shape is { } shape)
        {
            _json.WriteStartObject("fields");
            for (var slot = 0; slot < shape.Fields.Count; slot++)
            {
                if (!row.Has(slot)) continue;
                if (shape.IsText(slot)) _json.WriteString(shape.Fields[slot].Name, row.TextOf(row[slot]));
                else Number(shape, slot, row[slot]);
            }

            _json.WriteEndObject();
        }

        End();
    }

    public void Write(SavedEvent saved, string buffer)
    {
        Begin(saved.HasTime, saved.Time, saved.Cpu, saved.Tid, saved.Comm, saved.Name, saved.Payload(), buffer);
        if (saved.HasFields && saved.Shape is { } shape)
        {
            _json.WriteStartObject("fields");
            for (var slot = 0; slot < shape.Fields.Count; slot++)
            {
                if (!saved.Has(slot)) continue;
                if (shape.IsText(slot)) _json.WriteString(shape.Fields[slot].Name, saved.Text(slot));
                else Number(shape, slot, saved[slot]);
            }

            _json.WriteEndObject();
        }

        End();
    }

    public void WriteLost(in EventRow row) => _lost.Add((row.Flags & RowFlags.LostCountKnown) != 0 ? row[0] : null);

    public void Finish(JsonObject head)
    {
        _stream.Write(_any ? "\n]"u8 : "]"u8);
        var options = new JsonSerializerOptions { Encoder = SafeJson.Encoder };
        if (_lost.Count > 0) head["lostAfter"] = new JsonArray([.. _lost.Select(l => l is { } n ? JsonValue.Create(n) : null)]);
        foreach (var (key, value) in head)
        {
            _stream.Write(System.Text.Encoding.UTF8.GetBytes($",\n\"{key}\":"));
            _stream.Write(System.Text.Encoding.UTF8.GetBytes(value?.ToJsonString(options) ?? "null"));
        }

        _stream.Write("}\n"u8);
    }

    public void Dispose() => _json.Dispose();

    private void Number(EventShape shape, int slot, ulong value)
    {
        if (shape.PrintsHex(slot)) _json.WriteString(shape.Fields[slot].Name, $"0x{value:x}");
        else _json.WriteNumber(shape.Fields[slot].Name, value);
    }

    private void Begin(bool hasTime, long time, int cpu, int tid, string comm, string name, string payload, string buffer)
    {
        _stream.Write(_any ? ",\n"u8 : "\n"u8);
        _any = true;
        _json.Reset();
        _json.WriteStartObject();
        if (hasTime) _json.WriteNumber("timeNs", time);
        else _json.WriteNull("timeNs");
        if (cpu >= 0) _json.WriteNumber("cpu", cpu);
        if (tid >= 0) _json.WriteNumber("tid", tid);
        _json.WriteString("comm", comm);
        _json.WriteString("event", name);
        _json.WriteString("payload", payload);
        if (buffer.Length > 0) _json.WriteString("buffer", buffer);
        if (_lost.Count == 0) return;
        _json.WriteStartArray("lostBefore");
        foreach (var lost in _lost)
            if (lost is { } n) _json.WriteNumberValue(n);
            else _json.WriteNullValue();
        _json.WriteEndArray();
        _lost.Clear();
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
    }
}
