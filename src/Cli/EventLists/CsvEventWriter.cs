using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Cli.EventLists;

/// <summary>
/// Columns <c>time_ns,cpu,tid,comm,event,payload,buffer,lost_before</c>; the payload as trace-cmd's plugin spells it. A row is
/// an event: a marker of lost events is told in <c>lost_before</c> of the next row (how many, <c>?</c> where nobody knows).
/// </summary>
internal sealed class CsvEventWriter : IEventWriter
{
    private static readonly Column[] Columns =
    [
        new("time_ns", "Time", ColumnKind.Count), new("cpu", "CPU", ColumnKind.Count), new("tid", "TID", ColumnKind.Count), new("comm", "Task", ColumnKind.Text),
        new("event", "Event", ColumnKind.Text), new("payload", "Payload", ColumnKind.Text), new("buffer", "Buffer", ColumnKind.Text), new("lost_before", "Lost before", ColumnKind.Text),
    ];

    private readonly CsvTableWriter _csv;
    private readonly TextBuilder _payload = new();
    private readonly object?[] _cells = new object?[8];
    private ulong _lost;
    private bool _lostUnknown;

    public CsvEventWriter(Stream stream) => _csv = new CsvTableWriter(stream, Columns);

    public void Write(in EventRow row)
    {
        _payload.Clear();
        row.PrintPayload(_payload);
        Cells(row.HasTime, row.Time, row.Cpu, row.Tid, Encoding.UTF8.GetString(row.Comm), row.Name, _payload.ToString().Trim(), row.Buffer);
    }

    public void Write(SavedEvent saved, string buffer) => Cells(saved.HasTime, saved.Time, saved.Cpu, saved.Tid, saved.Comm, saved.Name, saved.Payload(), buffer);

    public void WriteLost(in EventRow row)
    {
        if ((row.Flags & RowFlags.LostCountKnown) != 0) _lost += row[0];
        else _lostUnknown = true;
    }

    public void Finish(JsonObject head)
    {
        // Losses behind the last event have no row; `ktl info` counts them.
    }

    public void Dispose() => _csv.Dispose();

    private void Cells(bool hasTime, long time, int cpu, int tid, string comm, string name, string payload, string buffer)
    {
        _cells[0] = hasTime ? time : null;
        _cells[1] = cpu >= 0 ? (long)cpu : null;
        _cells[2] = tid >= 0 ? (long)tid : null;
        _cells[3] = comm;
        _cells[4] = name;
        _cells[5] = payload;
        _cells[6] = buffer;
        _cells[7] = _lostUnknown ? (_lost > 0 ? $"{_lost}+?" : "?") : _lost > 0 ? _lost.ToString(CultureInfo.InvariantCulture) : "";
        (_lost, _lostUnknown) = (0, false);
        _csv.Write(_cells);
    }
}
