using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>
/// Whose exits they were where a guest runs guests of its own: L1's, or L2's handled in L0, reflected to L1, or passed to
/// user space; and how many exits of L1 each reflected one of L2 costs.
/// </summary>
public sealed class NestedExits : Analysis
{
    private static readonly string[] Names = ["L1", "L2 handled in L0", "L2 reflected to L1", "L2 to user space"];
    private static readonly string[] Keys = ["l1", "l2InL0", "l2Reflected", "l2User"];

    private readonly ExitStat[] _stats = [new(), new(), new(), new()];
    private readonly ExitStat _unknown = new();

    public override string Name => "nested";

    public override string Description => "Exits of nested guests: L1's, and L2's by who handled them (L0, L1, user space).";

    public override bool Wants(int kind) => false;

    public override void OnTrip(VcpuLane lane, HostTrip trip) => StatOf(lane, trip).Add(trip);

    public override void OnTurns(VcpuLane lane, in Turns turns) => StatOf(lane, lane.Trip).Add(lane.Trip, turns);

    private ExitStat StatOf(VcpuLane lane, HostTrip trip)
    {
        if (!lane.HasNested) return _unknown;
        var place = trip.Level switch
        {
            GuestLevel.L2 when trip.Reflected => 2,
            GuestLevel.L2 when trip.UserspaceReason >= 0 => 3,
            GuestLevel.L2 => 1,
            GuestLevel.L1 => 0,
            _ => -1,
        };
        return place < 0 ? _unknown : _stats[place];
    }

    public override void AddTo(Report report, TraceRun run)
    {
        if (!run.Replayer.Lanes.Any(l => l.HasNested)) return;
        var total = _stats.Sum(s => s.Count) + _unknown.Count;
        var hostNs = Numbers.Sum([.. _stats.Select(s => s.Times.Total), _unknown.Times.Total]);
        var levels = new List<(string Key, string Name, ExitStat Stat)>();
        for (var i = 0; i < _stats.Length; i++) levels.Add((Keys[i], Names[i], _stats[i]));
        if (_unknown.Count > 0) levels.Add(("beforeNested", "before the first L2", _unknown));
        var table = new ReportTable([new Column("level", "Exit of", ColumnKind.Text), .. ExitGroup.Columns]) { TimeUnit = run.TimeUnit };
        foreach (var (_, name, stat) in levels) table.Add([name, .. ExitGroup.Cells(stat, total, hostNs)]);
        report.Describe(document => document["levels"] = Json(levels, total));
        var section = new ReportSection("levels", "Levels") { Table = table };
        var reflected = _stats[2].Count;
        if (reflected > 0)
            section.Paragraphs.Add($"{(double)_stats[0].Count / reflected:0.0} exits of L1 for each exit of L2 that was reflected to it.");
        report.Sections.Add(section);
    }

    private static JsonObject Json(List<(string Key, string Name, ExitStat Stat)> levels, long total)
    {
        var json = new JsonObject();
        foreach (var (key, _, stat) in levels)
        {
            var item = new JsonObject();
            ExitGroup.WriteJson(item, stat, total);
            json[key] = item;
        }

        return json;
    }
}
