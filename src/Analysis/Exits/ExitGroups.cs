using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>Exits grouped by one or more keys, nested in the order given.</summary>
public sealed class ExitGroups(IReadOnlyList<ExitKey> keys, bool withoutHlt) : Analysis
{
    /// <summary>Groups listed; exits of the smaller ones are counted together, and a health counter says so.</summary>
    public const int MaxRows = 10_000;

    /// <summary>Groups and bytes kept while the trace is read; past either the rarest are folded into <c>(other)</c>.</summary>
    private const int MaxGroups = 200_000;
    private const long MaxBytes = 96L << 20;

    /// <summary>What a group costs beside its durations, about: dictionary entry, key, figures.</summary>
    private const int GroupBytes = 320;

    private static readonly HealthCounter TooMany = new(
        "groupsFolded", Severity.Info, "More groups than are listed (10000) or can be kept: exits of the rarest are counted under (other). Ask for fewer keys, or narrow with --vcpu, --from, --to.");

    private readonly Dictionary<GroupKey, ExitStat> _groups = [];
    private readonly ExitStat _other = new();
    private long _bytes;
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
            _groups[key] = stat = new ExitStat();
            _bytes += GroupBytes;
        }

        _bytes -= stat.Times.Bytes;
        stat.Add(trip);
        _bytes += stat.Times.Bytes;
        if (_bytes > MaxBytes || _groups.Count > MaxGroups) Fold(MaxGroups / 2, MaxBytes / 2);
    }

    /// <summary>Keeps the groups with the most exits, so many and so many bytes of them.</summary>
    private void Fold(int groups, long bytes)
    {
        var all = _groups.ToList();
        all.Sort((a, b) => b.Value.Count.CompareTo(a.Value.Count) is var order and not 0 ? order : a.Key.CompareTo(b.Key));
        _groups.Clear();
        _bytes = 0;
        foreach (var (key, stat) in all)
        {
            var cost = GroupBytes + stat.Times.Bytes;
            if (_groups.Count < groups && _bytes + cost <= bytes)
            {
                _groups[key] = stat;
                _bytes += cost;
            }
            else
            {
                _other.Merge(stat);
            }
        }

        _groups.TrimExcess();
    }

    public override void AddTo(Report report, TraceRun run)
    {
        if (_groups.Count > MaxRows) Fold(MaxRows, long.MaxValue);
        if (_other.Count > 0) run.Trace.Health.Count(TooMany, 0, _other.Count);
        var rows = _groups
            .Select(g => (Names: Enumerable.Range(0, keys.Count).Select(i => g.Key.Values[i] is { } v ? keys[i].Print(v, run) : "-").ToArray(), Stat: g.Value))
            .OrderByDescending(r => r.Stat.Count).ThenBy(r => string.Join('\0', r.Names), StringComparer.Ordinal).ToList();
        if (_other.Count > 0) rows.Add((["(other)", .. Enumerable.Repeat("-", keys.Count - 1)], _other));
        var hostNs = Numbers.Sum(rows.Select(r => r.Stat.Times.Total));
        var table = new ReportTable([.. keys.Select(k => new Column(k.Name, KeyTitle.Of(k.Name), ColumnKind.Text)), .. ExitGroup.Columns]) { TimeUnit = run.TimeUnit, ShowAtMost = 60 };
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

    /// <summary>Values of all keys; equal when all are.</summary>
    private readonly struct GroupKey(ulong?[] values) : IEquatable<GroupKey>, IComparable<GroupKey>
    {
        public ulong?[] Values => values;

        public bool Equals(GroupKey other) => values.AsSpan().SequenceEqual(other.Values);

        /// <summary>Any order that is the same in every run.</summary>
        public int CompareTo(GroupKey other)
        {
            for (var i = 0; i < values.Length; i++)
                if (Nullable.Compare(values[i], other.Values[i]) is var order and not 0) return order;
            return 0;
        }

        public override bool Equals(object? obj) => obj is GroupKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (var value in values) hash.Add(value);
            return hash.ToHashCode();
        }
    }
}
