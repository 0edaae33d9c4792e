using System.Text.Json;
using KvmTraceLab.Output.Text;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Cli.EventLists;

/// <summary>One JSON object a line: time, place, event, payload and the fields by the kernel's names.</summary>
internal sealed class JsonEventWriter(Stream stream) : IEventWriter
{
    private readonly Utf8JsonWriter _json = new(stream, new JsonWriterOptions { Encoder = SafeJson.Encoder });
    private readonly TextBuilder _payload = new();

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
                else if (shape.PrintsHex(slot)) _json.WriteString(shape.Fields[slot].Name, $"0x{row[slot]:x}");
                else _json.WriteNumber(shape.Fields[slot].Name, row[slot]);
            }

            _json.WriteEndObject();
        }

        End();
    }

    public void Write(SavedEvent saved)
    {
        Begin(saved.HasTime, saved.Time, saved.Cpu, saved.Tid, saved.Comm, saved.Name, saved.Payload(), "");
        End();
    }

    public void WriteLost(in EventRow row)
    {
        Begin(row.HasTime, row.Time, row.Cpu, -1, "", "(lost events)", "", row.Buffer);
        if ((row.Flags & RowFlags.LostCountKnown) != 0) _json.WriteNumber("lost", row[0]);
        End();
    }

    public void Dispose() => _json.Dispose();

    private void Begin(bool hasTime, long time, int cpu, int tid, string comm, string name, string payload, string buffer)
    {
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
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        stream.WriteByte((byte)'\n');
    }
}
