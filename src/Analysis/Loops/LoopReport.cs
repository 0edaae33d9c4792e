using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Loops;

/// <summary>Loops as an analysis: the JSON of the contract and a section for people.</summary>
public sealed class LoopReport(LoopDetector detector) : Analysis
{
    /// <summary>Loops shown to people in full.</summary>
    private const int ShownInFull = 5;

    public override string Name => "loops";

    public override string Description => "Exit loops of period 1 to 64: period, iterations, what varies, what came before, kind, signature.";

    public LoopDetector Detector { get; } = detector;

    public override bool Wants(int kind) => false;

    public override bool WantsTrips => false;

    public override void AddTo(Report report, TraceRun run)
    {
        var exits = run.Exits;
        foreach (var loop in Detector.Loops) loop.ShareOfExits = exits == 0 ? 0 : Math.Min(1, (double)loop.Iterations * loop.ExitsPerPeriod / exits);
        report.Describe(document =>
        {
            document["loops"] = new JsonArray([.. Detector.Loops.Select(loop => (JsonNode)Json(loop, run.IsNanoseconds))]);
            document["loopsDropped"] = Detector.Dropped;
        });
        report.AddTable(Section(run));
    }

    private static JsonObject Json(Loop loop, bool tellsTime) => new()
    {
        ["tid"] = loop.Tid,
        ["vcpu"] = loop.Vcpu,
        ["comm"] = loop.Comm,
        ["startNs"] = loop.HasTime ? loop.StartNs : null,
        ["endNs"] = loop.HasTime ? loop.EndNs : null,
        ["period"] = loop.Period,
        ["iterations"] = loop.Iterations,
        ["interruptions"] = loop.Interruptions,
        ["events"] = new JsonArray([.. loop.Events.Select(e => (JsonNode)e.Event.Name)]),
        ["template"] = new JsonArray([.. loop.Events.Select(e => (JsonNode)e.Text)]),
        ["reason"] = loop.Reason,
        ["rips"] = new JsonArray([.. loop.Rips.Select(r => (JsonNode)Numbers.Hex(r))]),
        ["ratePerSec"] = tellsTime ? loop.RatePerSec : null,
        ["shareOfExits"] = loop.ShareOfExits,
        ["kind"] = KindName(loop.Kind),
        ["progress"] = loop.Progress.ToString().ToLowerInvariant(),
        ["signature"] = loop.Signature,
        ["precededBy"] = new JsonArray([.. loop.PrecededBy.Select(e => (JsonNode)Before(e))]),
    };

    private static JsonObject Before(SavedEvent e)
    {
        return new JsonObject { ["timeNs"] = e.HasTime ? e.Time : null, ["event"] = e.Name, ["payload"] = e.Payload(), ["note"] = EventNotes.Of(e) };
    }

    public static string KindName(LoopKind kind) => kind switch
    {
        LoopKind.GuestPoll => "guest-poll",
        LoopKind.FaultLivelock => "fault-livelock",
        LoopKind.InterruptStorm => "interrupt-storm",
        LoopKind.HostTick => "host-tick",
        LoopKind.EmulationFailure => "emulation-failure",
        LoopKind.NestedBounce => "nested-bounce",
        LoopKind.Idle => "idle",
        LoopKind.Sweep => "sweep",
        _ => "other",
    };

    private ReportSection Section(TraceRun run)
    {
        var table = new ReportTable(
            new Column("signature", "Sig", ColumnKind.Text), new Column("kind", "Kind", ColumnKind.Text), new Column("tid", "TID", ColumnKind.Count),
            new Column("vcpu", "vCPU", ColumnKind.Count, Optional: true), new Column("reason", "Reason", ColumnKind.Text), new Column("period", "Period", ColumnKind.Count),
            new Column("iterations", "Turns", ColumnKind.Count), new Column("interruptions", "Interrupted", ColumnKind.Count, Optional: true),
            new Column("rate_per_s", "Rate", ColumnKind.Rate), new Column("share_of_exits", "Of exits", ColumnKind.Share),
            new Column("start_ns", "Since", ColumnKind.Time), new Column("progress", "Progress", ColumnKind.Text, Optional: true),
            new Column("end_ns", "Until", ColumnKind.Time, Optional: true)) { TimeUnit = run.TimeUnit, ShowAtMost = 12 };
        var section = new ReportSection("loops", "Loops") { Table = table };
        foreach (var loop in Detector.Loops)
        {
            table.Add(loop.Signature ?? "", KindName(loop.Kind), (long)loop.Tid, (long?)loop.Vcpu, loop.Reason, (long)loop.Period, loop.Iterations, loop.Interruptions,
                run.IsNanoseconds ? loop.RatePerSec : null, loop.ShareOfExits, loop.HasTime ? loop.StartNs : null, loop.Progress.ToString().ToLowerInvariant(), loop.HasTime ? loop.EndNs : null);
        }

        foreach (var loop in Detector.Loops.Where(l => l.Kind != LoopKind.Sweep).Take(ShownInFull)) section.Children.Add(Child(loop, run));
        return section;
    }

    private static ReportSection Child(Loop loop, TraceRun run)
    {
        var vcpu = loop.Vcpu is { } v ? $"vCPU {v}, " : "";
        var child = new ReportSection($"loop-{loop.Tid}-{loop.StartNs}", $"{loop.Reason} x {loop.Iterations} ({vcpu}tid {loop.Tid})");
        if (loop.HasTime)
        {
            child.Paragraphs.Add($"From {Numbers.Time(loop.StartNs, run.TimeUnit)} to {Numbers.Time(loop.EndNs, run.TimeUnit)}, "
                + $"{Numbers.Duration((long)loop.TurnNs, run.TimeUnit)} a turn, {Numbers.Percent(loop.ShareOfExits)} of all exits; progress: {loop.Progress.ToString().ToLowerInvariant()}.");
        }

        foreach (var e in loop.Events) child.Verbatim.Add($"{e.Event.Name}: {e.Text}");
        if (loop.PrecededBy.Count == 0) return child;
        var before = new ReportSection(child.Id + "-before", "Came before");
        foreach (var e in loop.PrecededBy)
        {
            var ago = e.HasTime && loop.HasTime ? $"  [{Numbers.Duration(loop.StartNs - e.Time, run.TimeUnit)} before]" : "";
            var note = EventNotes.Of(e) is { } n ? $"  ({n})" : "";
            before.Verbatim.Add($"{(e.HasTime ? Numbers.Time(e.Time, run.TimeUnit) + " " : "")}{e.Name}: {e.Payload(Dialect.Plugin)}{ago}{note}");
        }

        child.Children.Add(before);
        return child;
    }
}
