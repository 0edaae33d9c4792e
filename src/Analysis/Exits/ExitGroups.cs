using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>Exits grouped by one or more keys, nested in the order given.</summary>
public sealed class ExitGroups(IReadOnlyList<ExitKey> keys, bool withoutHlt) : Analysis
{
    /// <summary>Groups kept; exits of further ones are counted together, and a health counter says so.</summary>
    private const int MaxGroups = 200_000;

    private static readonly HealthCounter TooMany = new(
        "groupsFolded", Severity.Info, "More than 200000 groups: exits of the others are counted under (other). Ask for fewer keys, or narrow with --vcpu, --from, --to.");

    private readonly Dictionary<GroupKey, ExitStat> _groups = [];
    private readonly ExitStat _other = new();
    private long _total;
    private long _halts;

    public override string Name => "exit-groups";

    public override string Description => "Exits by any keys: reason, rip, port, msr, gpa, cr, cpuid, hypercall, vcpu, tid, level.";

    public override bool Wants(int kind) => false;

    public override void OnTrip(VcpuLane lane, HostTrip trip)
    {
        if (trip.IsIdle)
        {
            _halts++;
            if (withoutHlt) return;
        }

        _total++;
        var key = new GroupKey(new ulong?[keys.Count]);
        for (var i = 0; i < keys.Count; i++) key.Values[i] = keys[i].Value(lane, trip);
        if (!_groups.TryGetValue(key, out var stat))
        {
            if (_groups.Count >= MaxGroups)
            {
                _other.Add(trip);
                return;
            }

            _groups[key] = stat = new ExitStat();
        }

        stat.Add(trip);
    }

    public override void AddTo(Report report, TraceRun run)
    {
        if (_other.Count > 0) run.Trace.Health.Count(TooMany, 0, _other.Count);
        var rows = _groups
            .Select(g => (Names: Enumerable.Range(0, keys.Count).Select(i => g.Key.Values[i] is { } v ? keys[i].Print(v, run) : "-").ToArray(), Stat: g.Value))
            .OrderByDescending(r => r.Stat.Count).ThenBy(r => string.Join('\0', r.Names), StringComparer.Ordinal).ToList();
        if (_other.Count > 0) rows.Add((["(other)", .. Enumerable.Repeat("-", keys.Count - 1)], _other));
        var hostNs = rows.Sum(r => r.Stat.Times.Total);
        var table = new ReportTable([.. keys.Select(k => new Column(k.Name, Title(k.Name), ColumnKind.Text)), .. ExitGroup.Columns]) { TimeUnit = run.TimeUnit, ShowAtMost = 60 };
        var array = new JsonArray();
        foreach (var (names, stat) in rows)
        {
            var item = new JsonObject();
            for (var i = 0; i < keys.Count; i++) item[keys[i].Name] = names[i] == "-" ? null : names[i];
            ExitGroup.WriteJson(item, stat, _total);
            array.Add((JsonNode)item);
            table.Add([.. names, .. ExitGroup.Cells(stat, _total, hostNs)]);
        }

        report.Document["by"] = new JsonArray([.. keys.Select(k => (JsonNode)k.Name)]);
        report.Document["exits"] = array;
        report.Document["total"] = _total;
        report.Document["halts"] = _halts;
        table.Footer = $"Total Samples:{_total}, Total events handled time:{Numbers.Duration(hostNs, run.TimeUnit)}."
            + (withoutHlt ? $" {_halts} HLT exits left out." : _halts > 0 ? $" {_halts} of them HLT (idle)." : "");
        report.Sections.Add(new ReportSection("exits", $"Exits by {string.Join(", ", keys.Select(k => k.Name))}") { Table = table });
    }

    private static string Title(string key) => key == "reason" ? "VM-EXIT" : key;

    /// <summary>Values of all keys; equal when all are.</summary>
    private readonly struct GroupKey(ulong?[] values) : IEquatable<GroupKey>
    {
        public ulong?[] Values => values;

        public bool Equals(GroupKey other) => values.AsSpan().SequenceEqual(other.Values);

        public override bool Equals(object? obj) => obj is GroupKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (var value in values) hash.Add(value);
            return hash.ToHashCode();
        }
    }
}
