using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Analysis.Signatures;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis;

/// <summary>Source, health, span, events by name and vCPUs: the head of every report.</summary>
public sealed class Overview : Analysis
{
    /// <summary>vCPUs listed, those with the most exits.</summary>
    private const int MaxVcpus = 4096;

    private static readonly HealthCounter NotListed = new(
        "vcpusNotListed", Severity.Info, "More than 4096 threads enter a guest: those with the fewest exits are not listed. Narrow with --tid.");

    private long _lostSpans;

    public override string Name => "overview";

    public override string Description => "Source, health, time span, events by name, vCPUs with guest, host and idle time.";

    public override bool Wants(int kind) => false;

    public override bool WantsTrips => false;

    public override void OnLost(in EventRow row) => _lostSpans++;

    public override void AddTo(Report report, TraceRun run)
    {
        var vcpus = run.Replayer.Lanes.Where(l => l.IsVcpu).OrderByDescending(l => l.Exits).ThenBy(l => l.Tid).ToList();
        if (vcpus.Count > MaxVcpus)
        {
            run.Trace.Health.Count(NotListed, 0, vcpus.Count - MaxVcpus);
            vcpus.RemoveRange(MaxVcpus, vcpus.Count - MaxVcpus);
        }

        report.Describe(document =>
        {
            foreach (var (key, value) in Head(run)) document[key] = value?.DeepClone();
            document["events"] = new JsonArray([.. Events(run).Select(e => (JsonNode)new JsonObject { ["event"] = e.Name, ["count"] = e.Count })]);
            document["vcpus"] = Vcpus(vcpus);
        });
        report.Sections.Insert(0, SourceSection(run));
        report.AddTable(VcpuSection(run, vcpus));
    }

    /// <summary>Source, health and span.</summary>
    public JsonObject Head(TraceRun run) => new()
    {
        ["source"] = Source(run),
        ["health"] = Health(run),
        ["span"] = new JsonObject
        {
            ["startNs"] = run.Replayer.HasTimes ? run.Replayer.FirstTime : null,
            ["endNs"] = run.Replayer.HasTimes ? run.Replayer.LastTime : null,
        },
    };

    /// <summary>Events by name, most first.</summary>
    public static IReadOnlyList<NamedCount> Events(TraceRun run)
    {
        var catalog = run.Trace.Catalog;
        var list = new List<NamedCount>();
        for (var kind = 1; kind < catalog.Count; kind++)
            if (run.Replayer.CountOf(kind) is > 0 and var count) list.Add(new NamedCount(catalog.NameOf(kind), count));
        list.Sort((a, b) => b.Count.CompareTo(a.Count) is var order and not 0 ? order : string.CompareOrdinal(a.Name, b.Name));
        return list;
    }

    private static JsonObject Source(TraceRun run) => new()
    {
        ["path"] = run.Trace.Path,
        ["format"] = run.Info.Format,
        ["vendor"] = run.Vendor,
        ["cpus"] = run.Info.Cpus,
        ["clock"] = run.Info.Clock,
        ["timeUnit"] = run.TimeUnit,
        ["version"] = run.Info.Version == 0 ? null : run.Info.Version,
        ["compression"] = run.Info.Compression,
        ["kernel"] = run.Info.Kernel,
    };

    private JsonObject Health(TraceRun run)
    {
        var log = run.Trace.Health;
        var lines = run.Trace.Lines;
        var counters = new JsonArray();
        foreach (var entry in log.Entries.Concat(run.Replayer.Health.Entries).OrderByDescending(e => (int)e.Counter.Severity).ThenBy(e => e.Counter.Name, StringComparer.Ordinal))
        {
            counters.Add((JsonNode)new JsonObject
            {
                ["name"] = entry.Counter.Name,
                ["severity"] = entry.Counter.Severity.ToString().ToLowerInvariant(),
                ["count"] = entry.Count,
                ["firstOffset"] = entry.FirstOffset,
                ["advice"] = entry.Counter.Advice,
            });
        }

        return new JsonObject
        {
            ["events"] = lines.Events,
            ["lines"] = lines.Lines,
            ["continuations"] = lines.Continuations,
            ["comments"] = lines.Comments,
            ["notUnderstood"] = lines.NotUnderstood + log.CountOf(TraceHealth.PayloadNotUnderstood),
            ["lostEvents"] = log.CountOf(TraceHealth.LostEvents),
            ["lostUnknown"] = log.CountOf(TraceHealth.LostUnknown),
            ["lostSpans"] = _lostSpans,
            ["counters"] = counters,
        };
    }

    private static JsonArray Vcpus(List<VcpuLane> vcpus)
    {
        var array = new JsonArray();
        foreach (var lane in vcpus.OrderBy(l => l.Vcpu ?? int.MaxValue).ThenBy(l => l.Tid))
        {
            array.Add((JsonNode)new JsonObject
            {
                ["tid"] = lane.Tid, ["vcpu"] = lane.Vcpu, ["comm"] = lane.Comm, ["exits"] = lane.Exits, ["entries"] = lane.Entries,
                ["guestNs"] = lane.GuestNs, ["hostNs"] = lane.HostNs, ["idleNs"] = lane.IdleNs,
            });
        }

        return array;
    }

    private static ReportSection VcpuSection(TraceRun run, List<VcpuLane> vcpus)
    {
        var table = new ReportTable(
            new Column("tid", "TID", ColumnKind.Count), new Column("vcpu", "vCPU", ColumnKind.Count), new Column("comm", "Task", ColumnKind.Text),
            new Column("exits", "Exits", ColumnKind.Count), new Column("entries", "Entries", ColumnKind.Count),
            new Column("guest_ns", "Guest", ColumnKind.Duration), new Column("host_ns", "Host", ColumnKind.Duration), new Column("idle_ns", "Idle", ColumnKind.Duration),
            new Column("busy_share", "Busy", ColumnKind.Share, Optional: true), new Column("exit_rate", "Exits/s", ColumnKind.Rate, Optional: true)) { TimeUnit = run.TimeUnit, ShowAtMost = 16 };
        foreach (var lane in vcpus)
        {
            table.Add((long)lane.Tid, (long?)lane.Vcpu, lane.Comm, lane.Exits, lane.Entries, Told(lane, lane.GuestNs), Told(lane, lane.HostNs), Told(lane, lane.IdleNs), Busy(lane),
                run.Seconds is { } s ? lane.Exits / s : null);
        }

        if (vcpus.Count > 0) table.Footer = "Host: from exit to entry, idle exits aside (KVM, the VMM, preemption). Busy: guest and host.";
        return new ReportSection("vcpus", "vCPUs") { Table = table };
    }

    /// <summary>Null where the trace times nothing of the thread: that is no zero.</summary>
    private static long? Told(VcpuLane lane, long ns) => lane.GuestNs + lane.HostNs + lane.IdleNs > 0 ? ns : null;

    private static double? Busy(VcpuLane lane)
    {
        double busy = (double)lane.GuestNs + lane.HostNs;
        return busy + lane.IdleNs > 0 ? busy / (busy + lane.IdleNs) : null;
    }

    /// <summary>Where the vCPUs' time went; null where nothing was timed.</summary>
    private static string? TimeSpent(TraceRun run)
    {
        var vcpus = run.Replayer.Lanes.Where(l => l.IsVcpu).ToList();
        double guest = Numbers.Sum(vcpus.Select(l => l.GuestNs));
        double host = Numbers.Sum(vcpus.Select(l => l.HostNs));
        double idle = Numbers.Sum(vcpus.Select(l => l.IdleNs));
        var all = guest + host + idle;
        return all > 0 ? $"vCPU time ({Numbers.Duration((long)all, run.TimeUnit)} timed): {Numbers.Percent(guest / all)} in the guest, {Numbers.Percent(host / all)} in the host, {Numbers.Percent(idle / all)} idle." : null;
    }

    /// <summary>What was read, and what troubled the reader.</summary>
    internal static ReportSection SourceSection(TraceRun run)
    {
        var info = run.Info;
        var section = new ReportSection("source", "Source");
        var span = run.Replayer.HasTimes
            ? $", {Numbers.Time(run.Replayer.FirstTime, run.TimeUnit)} to {Numbers.Time(run.Replayer.LastTime, run.TimeUnit)} ({Numbers.Duration(run.Replayer.LastTime - run.Replayer.FirstTime, run.TimeUnit)})"
            : run.Replayer.Rows == 0 ? "" : ", without times";
        var unit = info.Version > 0 ? "records" : "lines";
        section.Paragraphs.Add($"{run.Trace.Path}: {info.Format}{(info.Version > 0 ? $" version {info.Version}" : "")}, vendor {run.Vendor}{(info.Cpus > 0 ? $", {Finding.Count(info.Cpus, "CPU")}" : "")}{span}.");
        section.Paragraphs.Add($"{run.Trace.Lines.Lines} {unit}, {Finding.Count(run.Trace.Lines.Events, "event")} of {Finding.Count(Events(run).Count, "kind")}, "
            + $"{Finding.Count(run.Replayer.Lanes.Count(l => l.IsVcpu), "vCPU")}, {Finding.Count(run.Exits, "exit")}.");
        if (run.Exits >= Finding.ManyExits && TimeSpent(run) is { } spent) section.Paragraphs.Add(spent);
        foreach (var entry in run.Trace.Health.Entries.Concat(run.Replayer.Health.Entries).Where(e => e.Counter.Severity != Severity.Info))
            section.Paragraphs.Add($"{entry.Counter.Name}: {entry.Count} (first at offset {entry.FirstOffset}). {run.Named(entry.Counter.Advice)}");
        return section;
    }
}
