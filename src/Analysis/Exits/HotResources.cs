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
        "resourcesFolded", Severity.Info, "More than a million distinct pages or numbers: the rarest were folded. Narrow with --vcpu, --from and --to.");

    private static readonly (TripDetail Detail, string Key, string Title, string Number)[] Kinds =
    [
        (TripDetail.Port, "ports", "Hot I/O ports", "port"),
        (TripDetail.Msr, "msrs", "Hot MSRs", "msr"),
        (TripDetail.Cr, "crs", "Control registers", "cr"),
        (TripDetail.CpuidLeaf, "cpuidLeaves", "CPUID leaves", "leaf"),
        (TripDetail.Gpa, "gpas", "Hot GPA pages", "gpa"),
        (TripDetail.Hypercall, "hypercalls", "Hypercalls", "nr"),
    ];

    private readonly CountMap[] _maps = [.. Kinds.Select(_ => new CountMap())];

    public override string Name => "resources";

    public override string Description => "Hot ports, MSRs, control registers, CPUID leaves, GPA pages and hypercalls, reads and writes apart.";

    public override bool Wants(int kind) => false;

    public override void OnTrip(VcpuLane lane, HostTrip trip)
    {
        if (trip.Detail == TripDetail.None) return;
        var value = trip.Detail == TripDetail.Gpa ? trip.DetailValue & ~0xfffUL : trip.DetailValue;
        _maps[(int)trip.Detail - 1].Add(value, trip.DetailIsWrite ? 0 : 1, trip.DetailIsWrite ? 1 : 0);
    }

    public override void AddTo(Report report, TraceRun run)
    {
        for (var i = 0; i < Kinds.Length; i++)
        {
            var (_, key, title, number) = Kinds[i];
            if (_maps[i].Folded > 0) run.Trace.Health.Count(Folded, 0, _maps[i].Folded);
            var array = new JsonArray();
            var table = new ReportTable(
                new Column(number, number, ColumnKind.Hex), new Column("count", "Count", ColumnKind.Count), new Column("reads", "Reads", ColumnKind.Count),
                new Column("writes", "Writes", ColumnKind.Count), new Column("what", "What", ColumnKind.Text, Optional: true)) { ShowAtMost = 8 };
            foreach (var (value, reads, writes) in _maps[i].Sorted().Take(MaxRows))
            {
                var item = new JsonObject { [number] = Numbers.Hex(value), ["count"] = reads + writes, ["reads"] = reads, ["writes"] = writes };
                var what = ResourceNames.Of(Kinds[i].Detail, value);
                if (what is not null) item["what"] = what;
                array.Add((JsonNode)item);
                table.Add(value, reads + writes, reads, writes, what ?? "");
            }

            report.Document[key] = array;
            if (table.Rows.Count > 0) report.Sections.Add(new ReportSection(key, title) { Table = table });
        }
    }
}
