using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures.Remarks;

/// <summary>Joins log lines (<see cref="TraceRun.LogLines"/>) to the vCPUs they speak of.</summary>
public sealed class LogAnalysis : Analysis
{
    private const int ShownAtMost = 40;

    public override string Name => "log";

    public override string Description => "Watchdog messages, RCU stalls and RIP lists around the trace (or --dmesg), joined to the vCPUs they name.";

    public override bool Wants(int kind) => false;

    public override bool WantsTrips => false;

    public override void AddTo(Report report, TraceRun run)
    {
        if (run.LogLines.Count == 0) return;
        var array = new JsonArray();
        var section = new ReportSection("log", "From the log");
        foreach (var line in run.LogLines)
        {
            var details = RemarkReader.Details(line.Text);
            var lane = LaneOf(run, line, details);
            array.Add((JsonNode)Json(line, details, lane));
            if (section.Verbatim.Count < ShownAtMost) section.Verbatim.Add(line.Text);
            if (Sentence(details, lane) is not { } sentence) continue;
            section.Paragraphs.Add(sentence);
            if (details.Kind != LogKind.RipCount) report.Headlines.Add(new Headline(HeadlineKind.Trouble, sentence, [line.Text], null));
        }

        report.Describe(document => document["log"] = array);
        report.Sections.Add(section);
    }

    private static VcpuLane? LaneOf(TraceRun run, LogLine line, LogDetails details)
    {
        var tid = line.Tid >= 0 ? line.Tid : details.Tid;
        return tid < 0 ? null : run.Replayer.Find(tid);
    }

    private static JsonObject Json(LogLine line, LogDetails details, VcpuLane? lane)
    {
        var json = new JsonObject { ["text"] = line.Text, ["source"] = line.Source, ["kind"] = Word(details.Kind) };
        if (line.Tid >= 0) json["tid"] = line.Tid;
        if (line.Cpu >= 0) json["cpu"] = line.Cpu;
        if (details.Comm is { } comm) json["comm"] = comm;
        if (details.Seconds >= 0) json["seconds"] = details.Seconds;
        if (details.Kind == LogKind.RipCount)
        {
            json["rip"] = Numbers.Hex(details.Rip);
            json["count"] = details.Count;
        }

        json["inTrace"] = lane is not null;
        if (lane is not null) json["vcpu"] = lane.Vcpu;
        return json;
    }

    private static string? Sentence(LogDetails d, VcpuLane? lane)
    {
        var who = lane is null ? d.Tid >= 0 ? $" (tid {d.Tid}, not in the trace)" : ""
            : lane.Vcpu is { } vcpu ? $", where vCPU {vcpu} (tid {lane.Tid}) of this trace ran" : $", where tid {lane.Tid} of this trace ran";
        var cpu = d.Cpu >= 0 ? $" on host CPU {d.Cpu}" : "";
        return d.Kind switch
        {
            LogKind.SoftLockup => $"The host's log has a soft lockup of {d.Seconds} s{cpu}{who}.",
            LogKind.HardLockup => $"The host's log has a hard lockup{cpu}{who}.",
            LogKind.RcuStall => $"The host's log has an RCU stall{cpu}{who}.",
            LogKind.HungTask => $"The host's log has a task blocked for {d.Seconds} s{who}.",
            _ => null,
        };
    }

    private static string Word(LogKind kind) => kind switch
    {
        LogKind.SoftLockup => "soft-lockup",
        LogKind.HardLockup => "hard-lockup",
        LogKind.RcuStall => "rcu-stall",
        LogKind.HungTask => "hung-task",
        LogKind.RipCount => "rip-count",
        _ => "other",
    };
}
