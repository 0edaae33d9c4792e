using System.Text;
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
    private static readonly JsonEncodedText Time = JsonEncodedText.Encode("timeNs");
    private static readonly JsonEncodedText Cpu = JsonEncodedText.Encode("cpu");
    private static readonly JsonEncodedText Tid = JsonEncodedText.Encode("tid");
    private static readonly JsonEncodedText Comm = JsonEncodedText.Encode("comm");
    private static readonly JsonEncodedText Event = JsonEncodedText.Encode("event");
    private static readonly JsonEncodedText Payload = JsonEncodedText.Encode("payload");
    private static readonly JsonEncodedText Fields = JsonEncodedText.Encode("fields");

    private readonly Stream _stream;
    private readonly Utf8JsonWriter _json;
    private readonly TextBuilder _payload = new();
    private readonly TextBuilder _digits = new();
    private readonly Dictionary<EventShape, JsonEncodedText[]> _names = [];
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
        Begin(row.HasTime, row.Time, row.Cpu, row.Tid, row.Comm, row.Name, _payload.Written.Trim(" \t\r\n"u8), row.Buffer);
        if (row.HasFields && row.Shape is { } shape)
        {
            _json.WriteStartObject(Fields);
            var names = NamesOf(shape);
            for (var slot = 0; slot < names.Length; slot++)
            {
                if (!row.Has(slot)) continue;
                if (shape.IsText(slot)) _json.WriteString(names[slot], row.TextOf(row[slot]));
                else Number(names[slot], shape.PrintsHex(slot), row[slot]);
            }

            _json.WriteEndObject();
        }

        End();
    }

    public void Write(SavedEvent saved, string buffer)
    {
        Begin(saved.HasTime, saved.Time, saved.Cpu, saved.Tid, Encoding.UTF8.GetBytes(saved.Comm), saved.Name, Encoding.UTF8.GetBytes(saved.Payload()), buffer);
        if (saved.HasFields && saved.Shape is { } shape)
        {
            _json.WriteStartObject(Fields);
            var names = NamesOf(shape);
            for (var slot = 0; slot < names.Length; slot++)
            {
                if (!saved.Has(slot)) continue;
                if (shape.IsText(slot)) _json.WriteString(names[slot], saved.Text(slot));
                else Number(names[slot], shape.PrintsHex(slot), saved[slot]);
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
            _stream.Write(Encoding.UTF8.GetBytes($",\n\"{key}\":"));
            _stream.Write(Encoding.UTF8.GetBytes(value?.ToJsonString(options) ?? "null"));
        }

        _stream.Write("}\n"u8);
    }

    public void Dispose() => _json.Dispose();

    /// <summary>The names of the shape's fields, as JSON spells them.</summary>
    private JsonEncodedText[] NamesOf(EventShape shape)
    {
        if (!_names.TryGetValue(shape, out var names)) _names[shape] = names = [.. shape.Fields.Select(f => JsonEncodedText.Encode(f.Name))];
        return names;
    }

    private void Number(JsonEncodedText name, bool hex, ulong value)
    {
        if (!hex)
        {
            _json.WriteNumber(name, value);
            return;
        }

        _digits.Clear();
        _json.WriteString(name, _digits.Append("0x"u8).AppendHex(value).Written);
    }

    private void Begin(bool hasTime, long time, int cpu, int tid, ReadOnlySpan<byte> comm, string name, ReadOnlySpan<byte> payload, string buffer)
    {
        _stream.Write(_any ? ",\n"u8 : "\n"u8);
        _any = true;
        _json.Reset();
        _json.WriteStartObject();
        if (hasTime) _json.WriteNumber(Time, time);
        else _json.WriteNull(Time);
        if (cpu >= 0) _json.WriteNumber(Cpu, cpu);
        if (tid >= 0) _json.WriteNumber(Tid, tid);
        _json.WriteString(Comm, comm);
        _json.WriteString(Event, name);
        _json.WriteString(Payload, payload);
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
