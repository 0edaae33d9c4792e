using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>The slowest single exits above a limit, with the events that happened in them.</summary>
public sealed class SlowExits(long limitNs) : Analysis
{
    private const int Kept = 20;
    private const int EventsKept = 12;

    private readonly Dictionary<int, List<SavedEvent>> _open = [];
    private readonly PriorityQueue<Slow, long> _slowest = new();

    public override string Name => "slow-exits";

    public override string Description => "Exits that took longer than a limit, with what happened in them.";

    /// <summary>Exits above the limit.</summary>
    public long Count { get; private set; }

    public override void OnEvent(VcpuLane lane, in EventRow row)
    {
        if (!lane.InHost) return;
        if (!_open.TryGetValue(lane.Index, out var events)) _open[lane.Index] = events = [];
        if (KnownKinds.IsExit(row.Kind)) events.Clear();
        if (events.Count < EventsKept) events.Add(SavedEvent.Of(row));
    }

    public override void OnTrip(VcpuLane lane, HostTrip trip)
    {
        if (!trip.Timed || trip.Duration <= limitNs) return;
        Count++;
        var events = _open.TryGetValue(lane.Index, out var list) ? list.ToList() : [];
        _slowest.Enqueue(new Slow(lane.Tid, lane.Vcpu, ExitReasonVocabulary.ReportName(trip.Isa, trip.Reason), trip.Rip, trip.Start, trip.Duration, trip.Events, trip.IsIdle, events), trip.Duration);
        if (_slowest.Count > Kept) _slowest.Dequeue();
    }

    public override void AddTo(Report report, TraceRun run)
    {
        var rows = _slowest.UnorderedItems.Select(i => i.Element).OrderByDescending(s => s.DurationNs).ThenBy(s => s.StartNs).ToList();
        var table = new ReportTable(
            new Column("start_ns", "At", ColumnKind.Time), new Column("duration_ns", "Took", ColumnKind.Duration), new Column("reason", "VM-EXIT", ColumnKind.Text),
            new Column("rip", "RIP", ColumnKind.Hex), new Column("tid", "TID", ColumnKind.Count), new Column("vcpu", "vCPU", ColumnKind.Count, Optional: true),
            new Column("events", "Events", ColumnKind.Count), new Column("idle", "Idle", ColumnKind.Text, Optional: true)) { TimeUnit = run.TimeUnit };
        var array = new JsonArray();
        var section = new ReportSection("slow-exits", $"Slowest exits above {Numbers.Duration(limitNs, run.TimeUnit)} ({Count} in all)") { Table = table };
        foreach (var slow in rows)
        {
            table.Add(slow.StartNs, slow.DurationNs, slow.Reason, slow.Rip, (long)slow.Tid, (long?)slow.Vcpu, (long)slow.Events, slow.Idle ? "yes" : "");
            array.Add((JsonNode)new JsonObject
            {
                ["startNs"] = slow.StartNs, ["durationNs"] = slow.DurationNs, ["reason"] = slow.Reason, ["rip"] = Numbers.Hex(slow.Rip), ["tid"] = slow.Tid, ["vcpu"] = slow.Vcpu,
                ["idle"] = slow.Idle, ["events"] = new JsonArray([.. slow.Inside.Select(e => (JsonNode)$"{e.Name}: {e.Payload()}")]),
            });
        }

        foreach (var slow in rows.Take(5))
        {
            var child = new ReportSection($"slow-{slow.StartNs}", $"{slow.Reason} at {Numbers.Time(slow.StartNs, run.TimeUnit)}, {Numbers.Duration(slow.DurationNs, run.TimeUnit)}");
            foreach (var e in slow.Inside) child.Verbatim.Add($"+{Numbers.Duration(Math.Max(0, e.Time - slow.StartNs), run.TimeUnit)} {e.Name}: {e.Payload()}");
            if (slow.Events + 1 > slow.Inside.Count) child.Verbatim.Add($"… {slow.Events + 1 - slow.Inside.Count} more");
            section.Children.Add(child);
        }

        report.Document["slowExits"] = array;
        report.Document["slowExitsTotal"] = Count;
        report.Sections.Add(section);
    }

    private sealed record Slow(int Tid, int? Vcpu, string Reason, ulong Rip, long StartNs, long DurationNs, int Events, bool Idle, List<SavedEvent> Inside);
}
