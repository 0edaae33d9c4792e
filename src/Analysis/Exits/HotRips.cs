using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Kvm;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>Guest instruction pointers by entries and exits there.</summary>
public sealed class HotRips : Analysis
{
    /// <summary>Addresses in JSON.</summary>
    private const int MaxRows = 1000;

    private static readonly HealthCounter Folded = new(
        "ripsFolded", Severity.Info, "More than a million distinct RIPs: exits at the rarest were folded. Narrow with --vcpu, --from and --to.");

    private readonly CountMap _rips = new();

    public override string Name => "rips";

    public override string Description => "Hot guest instruction pointers, by entries and exits.";

    public override bool Wants(int kind) => KnownKinds.IsExit(kind) || KnownKinds.IsEntry(kind);

    public override bool WantsTrips => false;

    public override void OnEvent(VcpuLane lane, in EventRow row)
    {
        if (!row.HasFields) return;
        if (KnownKinds.IsExit(row.Kind) && KvmExit.Over(row) is { HasRip: true } exit) _rips.Add(exit.Rip, 0, 1);
        else if (KnownKinds.IsEntry(row.Kind) && KvmEntry.Over(row) is { HasRip: true } entry) _rips.Add(entry.Rip, 1, 0);
    }

    public override bool TakesTurns(VcpuLane lane, in Turns turn) => true;

    public override void OnTurns(VcpuLane lane, in Turns turns)
    {
        if (KvmExit.Over(turns.Row(0, 0)) is { HasRip: true } exit) _rips.Add(exit.Rip, 0, turns.Count);
        if (KvmEntry.Over(turns.Row(0, turns.Period - 1)) is { HasRip: true } entry) _rips.Add(entry.Rip, turns.Count, 0);
    }

    public override void AddTo(Report report, TraceRun run)
    {
        if (_rips.Folded > 0) run.Trace.Health.Count(Folded, 0, _rips.Folded);
        var top = _rips.Top(MaxRows);
        var table = new ReportTable(
            new Column("rip", "RIP", ColumnKind.Hex), new Column("count", "Count", ColumnKind.Count), new Column("entries", "Entries", ColumnKind.Count),
            new Column("exits", "Exits", ColumnKind.Count), new Column("symbol", "Symbol", ColumnKind.Text, Optional: true)) { ShowAtMost = 10 };
        if (_rips.Keys > top.Count) table.Footer = $"{_rips.Keys} addresses; the {top.Count} with the most are listed, also as CSV and JSON.";
        foreach (var (rip, entries, exits) in top) table.Add(rip, entries + exits, entries, exits, run.GuestSymbols.NameOf(rip) ?? "");
        report.Describe(document => document["rips"] = new JsonArray([.. top.Select(r => (JsonNode)Json(r, run.GuestSymbols.NameOf(r.Key)))]));
        report.AddTable(new ReportSection("rips", "Hot RIPs") { Table = table });
    }

    private static JsonObject Json((ulong Rip, long Entries, long Exits) row, string? symbol)
    {
        var item = new JsonObject { ["rip"] = Numbers.Hex(row.Rip), ["entries"] = row.Entries, ["exits"] = row.Exits, ["count"] = row.Entries + row.Exits };
        if (symbol is not null) item["symbol"] = symbol;
        return item;
    }
}
