using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>Exits by reason: counts, shares and times from exit to the next entry of the same thread.</summary>
public sealed class ExitReasons : Analysis
{
    private readonly Dictionary<ulong, ExitStat> _byReason = [];
    private ulong _lastKey = ulong.MaxValue;
    private long _halts;
    private ExitStat _last = new();

    public override string Name => "exits";

    public override string Description => "Exits by reason: count, share, time from exit to the next entry (min, mean, p50, p95, p99, max).";

    public long Total { get; private set; }

    public override bool Wants(int kind) => false;

    public override void OnTrip(VcpuLane lane, HostTrip trip)
    {
        Total++;
        if (trip.IsIdle) _halts++;
        StatOf(trip).Add(trip);
    }

    public override void OnTurns(VcpuLane lane, in Turns turns)
    {
        Total += turns.Count;
        if (lane.Trip.IsIdle) _halts += turns.Count;
        StatOf(lane.Trip).Add(lane.Trip, turns);
    }

    private ExitStat StatOf(HostTrip trip)
    {
        var key = trip.HasReason ? ((ulong)trip.Isa << 32) | trip.Reason : NoReason;
        if (key != _lastKey)
        {
            if (!_byReason.TryGetValue(key, out var stat))
            {
                if (_byReason.Count >= MaxReasons) key = Other;
                if (!_byReason.TryGetValue(key, out stat)) _byReason[key] = stat = new ExitStat();
            }

            _last = stat;
            _lastKey = key;
        }

        return _last;
    }

    /// <summary>Reasons by report name, most exits first.</summary>
    public IReadOnlyList<ReasonRow> Rows()
    {
        var merged = new Dictionary<string, ExitStat>(StringComparer.Ordinal);
        var rows = new List<ReasonRow>();
        foreach (var (key, stat) in _byReason)
        {
            var name = NameOf(key);
            if (merged.TryAdd(name, stat)) rows.Add(new ReasonRow(name, stat));
            else rows[rows.FindIndex(r => r.Reason == name)] = new ReasonRow(name, merged[name] = ExitGroup.Sum(merged[name], stat));
        }

        rows.Sort((a, b) => b.Stat.Count.CompareTo(a.Stat.Count) is var order and not 0 ? order : string.CompareOrdinal(a.Reason, b.Reason));
        return rows;
    }

    public override void AddTo(Report report, TraceRun run)
    {
        var rows = Rows();
        report.Describe(document => document["exits"] = new JsonArray([.. rows.Select(r => (JsonNode)Json(r.Reason, r.Stat))]));
        report.Sections.Add(Section(rows, run));
    }

    private JsonObject Json(string reason, ExitStat stat)
    {
        var item = new JsonObject { ["reason"] = reason };
        ExitGroup.WriteJson(item, stat, Total);
        return item;
    }

    private ReportSection Section(IReadOnlyList<ReasonRow> rows, TraceRun run)
    {
        var table = new ReportTable([new Column("reason", "VM-EXIT", ColumnKind.Text), .. ExitGroup.Columns]) { TimeUnit = run.TimeUnit, ShowAtMost = 30 };
        var hostNs = Numbers.Sum(rows.Select(r => r.Stat.Times.Total));
        foreach (var (reason, stat) in rows) table.Add([reason, .. ExitGroup.Cells(stat, Total, hostNs)]);
        var section = new ReportSection("exits", "Exits by reason") { Table = table };
        var seconds = run.Seconds;
        table.Footer = $"Total Samples:{Total}, Total events handled time:{Numbers.Duration(hostNs, run.TimeUnit)}."
            + (seconds is { } s ? $" {Numbers.Rate(Total / s)} ({Numbers.Rate((Total - _halts) / s)} without HLT)." : "");
        return section;
    }

    /// <summary>Exits of one reason, by the name it has in reports.</summary>
    public sealed record ReasonRow(string Reason, ExitStat Stat);

    /// <summary>Stands for an exit whose reason is not in the trace.</summary>
    internal const ulong NoReason = ulong.MaxValue - 1;
    private const ulong Other = ulong.MaxValue - 2;

    /// <summary>Kernels know about two hundred; a trace with more is damaged, and what is beyond counts as <c>(other)</c>.</summary>
    private const int MaxReasons = 4096;

    internal static string NameOf(ulong key) => key == Other ? "(other)" : key == NoReason ? "UNKNOWN" : ExitReasonVocabulary.ReportName((Isa)(key >> 32), (uint)key);
}
