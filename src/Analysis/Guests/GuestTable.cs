using System.Globalization;
using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Guests;

/// <summary>Where several virtual machines share a trace: which of them takes the CPUs, and which exits most.</summary>
public sealed class GuestTable : Analysis
{
    public override string Name => "guests";

    public override string Description => "Virtual machines of the trace: exits, time in guest, host and idle, host CPUs that each keeps busy.";

    public override bool Wants(int kind) => false;

    public override bool WantsTrips => false;

    public override void AddTo(Report report, TraceRun run)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(run);
        var guests = Guest.OfProcesses(run.Replayer.Lanes, run.Processes);
        var told = guests.Count > 0;
        if (!told) guests = Guest.OfThreads(run.Replayer.Lanes);
        if (guests.Count > 1) guests = [.. guests.OrderByDescending(g => (double)g.GuestNs + g.HostNs).ThenBy(g => g.Lanes[0].Tid)];
        report.Describe(document => document["guests"] = new JsonArray([.. guests.Select(g => (JsonNode)Json(g, told, run))]));
        var section = Section(guests, run);
        if (!told) section.Paragraphs.Add("Told apart only by thread and vCPU numbers; in traces made with `ktl record` also by process.");
        if (guests.Count > 1) report.Sections.Add(section);
        else report.Empty.Add(new ReportSection(section.Id, section.Title) { Table = Section([], run).Table });
    }

    private static ReportSection Section(IReadOnlyList<Guest> guests, TraceRun run)
    {
        var table = new ReportTable(
            new Column("guest", "Guest", ColumnKind.Text), new Column("tids", "Threads", ColumnKind.Text),
            new Column("vcpus", "vCPUs", ColumnKind.Count), new Column("exits", "Exits", ColumnKind.Count), new Column("exit_rate", "Exits/s", ColumnKind.Rate),
            new Column("guest_ns", "In guest", ColumnKind.Duration), new Column("host_ns", "In host", ColumnKind.Duration), new Column("idle_ns", "Idle", ColumnKind.Duration),
            new Column("busy_cpus", "CPUs busy", ColumnKind.Number)) { TimeUnit = run.TimeUnit, ShowAtMost = 16,
            Footer = "CPUs busy: time in guest and host over the trace's span; a preempted vCPU counts as in the host." };
        var inOrder = guests.OrderBy(g => g.Lanes[0].Tid).Select((g, i) => (Guest: g, Number: i + 1)).ToDictionary(p => p.Guest, p => p.Number);
        foreach (var g in guests)
        {
            table.Add(NameOf(g, inOrder[g]), Threads(g.Lanes), (long)g.Lanes.Count, g.Exits, run.Seconds is { } s ? g.Exits / s : null,
                g.GuestNs, g.HostNs, g.IdleNs, Busy(g, run));
        }

        return new ReportSection("guests", "Guests") { Table = table };
    }

    private static string NameOf(Guest guest, int number) => guest switch
    {
        { Name: { } name, Pid: { } pid } => $"{name} (pid {pid})",
        { Pid: { } pid } => $"pid {pid}",
        _ => number.ToString(CultureInfo.InvariantCulture),
    };

    private static JsonObject Json(Guest guest, bool told, TraceRun run) => new()
    {
        ["name"] = guest.Name, ["pid"] = guest.Pid, ["from"] = told ? "sidecar" : "threads",
        ["tids"] = new JsonArray([.. guest.Lanes.Select(l => (JsonNode)l.Tid)]),
        ["exits"] = guest.Exits, ["guestNs"] = guest.GuestNs, ["hostNs"] = guest.HostNs, ["idleNs"] = guest.IdleNs, ["busyCpus"] = Busy(guest, run),
    };

    private static double? Busy(Guest guest, TraceRun run) => run.Seconds is { } seconds ? Math.Round(((double)guest.GuestNs + guest.HostNs) / 1e9 / seconds, 3) : null;

    private static string Threads(IReadOnlyList<VcpuLane> lanes) => lanes.Count == 1 ? $"{lanes[0].Tid}"
        : lanes[^1].Tid - lanes[0].Tid == lanes.Count - 1 ? $"{lanes[0].Tid}-{lanes[^1].Tid}"
        : string.Join(", ", lanes.Select(l => l.Tid));
}
