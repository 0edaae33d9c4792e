using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>What exits were about: I/O ports, MSRs, control registers, CPUID leaves, GPA pages, hypercalls.</summary>
public sealed class HotResources : Analysis
{
    private const int MaxRows = 1000;

    private static readonly HealthCounter Folded = new(
        "resourcesFolded", Severity.Info, "More than a million distinct pages or 65536 ports, MSRs, leaves or hypercalls: the rarest were folded. Narrow with --vcpu, --from and --to.");

    private static readonly Kind[] Kinds =
    [
        new(TripDetail.Port, "ports", "Hot I/O ports", "port"),
        new(TripDetail.Msr, "msrs", "Hot MSRs", "msr"),
        new(TripDetail.Cr, "crs", "Control registers", "cr"),
        new(TripDetail.CpuidLeaf, "cpuidLeaves", "CPUID leaves", "leaf"),
        new(TripDetail.Gpa, "gpas", "Hot GPA pages", "gpa"),
        new(TripDetail.Hypercall, "hypercalls", "Hypercalls", "nr"),
    ];

    /// <summary>Numbers other than addresses: ports are 16 bits, and no machine has so many MSRs or CPUID leaves.</summary>
    private const int MaxNumbers = 65_536;

    private readonly CountMap[] _maps = Array.ConvertAll(Kinds, k => new CountMap(k.Detail == TripDetail.Gpa ? CountMap.MaxKeys : MaxNumbers));

    public override string Name => "resources";

    public override string Description => "Hot ports, MSRs, control registers, CPUID leaves, GPA pages and hypercalls, reads and writes apart.";

    public override bool Wants(int kind) => false;

    public override void OnTrip(VcpuLane lane, HostTrip trip) => Count(trip, 1);

    public override void OnTurns(VcpuLane lane, in Turns turns) => Count(lane.Trip, turns.Count);

    private void Count(HostTrip trip, int times)
    {
        if (trip.Detail == TripDetail.None) return;
        var value = trip.Detail == TripDetail.Gpa ? trip.DetailValue & ~0xfffUL : trip.DetailValue;
        _maps[(int)trip.Detail - 1].Add(value, trip.DetailIsWrite ? 0 : times, trip.DetailIsWrite ? times : 0);
    }

    public override void AddTo(Report report, TraceRun run)
    {
        for (var i = 0; i < Kinds.Length; i++)
        {
            var (detail, key, title, number) = Kinds[i];
            if (_maps[i].Folded > 0) run.Trace.Health.Count(Folded, 0, _maps[i].Folded);
            var top = _maps[i].Top(MaxRows);
            Func<ulong, string?> name = detail == TripDetail.Hypercall ? NamesOfHypercalls(run) : value => ResourceNames.Of(detail, value);
            report.Describe(document => document[key] = new JsonArray([.. top.Select(r => (JsonNode)Json(number, r, name(r.Key)))]));
            var table = IsTwoWay(detail) ? TwoWay(number, top, name) : OneWay(number, top, name);
            if (_maps[i].Keys > top.Count) table.Footer = $"{_maps[i].Keys} of them; the {top.Count} with the most are listed, also as CSV and JSON.";
            report.AddTable(new ReportSection(key, title) { Table = table });
        }
    }

    private static ReportTable TwoWay(string number, List<(ulong Key, long A, long B)> top, Func<ulong, string?> name)
    {
        var table = new ReportTable(
            new Column(number, KeyTitle.Of(number), ColumnKind.Hex), new Column("count", "Count", ColumnKind.Count), new Column("reads", "Reads", ColumnKind.Count),
            new Column("writes", "Writes", ColumnKind.Count), new Column("what", "What", ColumnKind.Text, Optional: true)) { ShowAtMost = 8 };
        foreach (var (value, reads, writes) in top) table.Add(value, reads + writes, reads, writes, name(value) ?? "");
        return table;
    }

    private static ReportTable OneWay(string number, List<(ulong Key, long A, long B)> top, Func<ulong, string?> name)
    {
        var table = new ReportTable(
            new Column(number, KeyTitle.Of(number), ColumnKind.Hex), new Column("count", "Count", ColumnKind.Count), new Column("what", "What", ColumnKind.Text, Optional: true)) { ShowAtMost = 8 };
        foreach (var (value, reads, writes) in top) table.Add(value, reads + writes, name(value) ?? "");
        return table;
    }

    private static bool IsTwoWay(TripDetail detail) => detail is not (TripDetail.CpuidLeaf or TripDetail.Hypercall);

    /// <summary>Hyper-V and KVM number their hypercalls anew: where a trace has both, a number has no one name.</summary>
    private static Func<ulong, string?> NamesOfHypercalls(TraceRun run)
    {
        var kinds = Overview.Events(run).Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
        var (kvm, hyperV) = (kinds.Contains("kvm_hypercall"), kinds.Contains("kvm_hv_hypercall"));
        return value => kvm == hyperV ? null : HypercallNames.Of(value, hyperV);
    }

    private static JsonObject Json(string number, (ulong Value, long Reads, long Writes) row, string? what)
    {
        var item = new JsonObject { [number] = Numbers.Hex(row.Value), ["count"] = row.Reads + row.Writes, ["reads"] = row.Reads, ["writes"] = row.Writes };
        if (what is not null) item["what"] = what;
        return item;
    }

    private sealed record Kind(TripDetail Detail, string Key, string Title, string Number);
}
