using System.Text.Json.Nodes;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Cli.EventLists;

/// <summary>Hands the chosen events to a writer; for <c>--around</c> it keeps the last few before the time.</summary>
internal sealed class EventPicker(EventSelection selection, TraceInfo info, IEventWriter writer) : TraceObserver
{
    private readonly Queue<(SavedEvent Event, string Buffer)> _before = new();
    private readonly Dictionary<int, bool> _wanted = [];
    private int _after = -1;

    public override void OnEvent(VcpuLane lane, in EventRow row)
    {
        if (!Wanted(row)) return;
        if (selection.Around is not { } around)
        {
            writer.Write(row);
            return;
        }

        if (_after < 0)
        {
            if (!row.HasTime || row.Time < around.In(info.TimeUnit))
            {
                if (selection.Context == 0) return;
                if (_before.Count == selection.Context) _before.Dequeue();
                _before.Enqueue((SavedEvent.Of(row), row.Buffer));
                return;
            }

            foreach (var (saved, buffer) in _before) writer.Write(saved, buffer);
            _before.Clear();
            _after = 0;
        }

        if (_after++ <= selection.Context) writer.Write(row);
    }

    public override void OnLost(in EventRow row)
    {
        if (selection.Around is null && selection.Names.Count == 0 && !selection.OnlyNotUnderstood) writer.WriteLost(row);
    }

    /// <summary>Writes what waits for a time that never came, and the end.</summary>
    public void Finish(JsonObject head)
    {
        if (_after < 0)
            foreach (var (saved, buffer) in _before) writer.Write(saved, buffer);
        writer.Finish(head);
    }

    private bool Wanted(in EventRow row)
    {
        if (selection.OnlyNotUnderstood) return (row.Flags & RowFlags.NotUnderstood) != 0 || row.Kind == EventCatalog.UnknownKind;
        if (selection.Names.Count == 0) return true;
        if (!_wanted.TryGetValue(row.Kind, out var wanted)) _wanted[row.Kind] = wanted = selection.Names.Contains(row.Name);
        return wanted;
    }
}
