using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>A signature that fits, with what it fits.</summary>
public sealed class Finding(Signature signature, Evidence evidence, TraceRun run)
{
    /// <summary>Fewer turns than this are an excerpt, not a loop.</summary>
    public const int FewTurns = 16;

    /// <summary>Fewer exits than this are an excerpt, from which shares and rates of a whole vCPU or trace do not follow.</summary>
    public const int ManyExits = 64;

    public Signature Signature { get; } = signature;

    public Evidence Evidence { get; } = evidence;

    public TraceRun Run { get; } = run;

    public TraceFacts Facts => Evidence.Facts;

    public LaneFacts? Lane => Evidence.Lane;

    /// <summary>One turn of an excerpt; empty for loops, which have their own template, and for long traces.</summary>
    public IReadOnlyList<SavedEvent> Turn { get; init; } = [];

    /// <summary>Loops that the signature fits, indices into the report's list.</summary>
    public List<int> Loops { get; } = [];

    private long _loopTurns;

    internal void AddLoop(int index, long turns)
    {
        Loops.Add(index);
        _loopTurns += turns;
    }

    /// <summary>Other vCPUs that it fits too.</summary>
    public List<int> AlsoTids { get; } = [];

    internal void AddTid(int tid)
    {
        var at = AlsoTids.BinarySearch(tid);
        if (at < 0) AlsoTids.Insert(~at, tid);
    }

    /// <summary>The vCPU in words.</summary>
    public string Who => Lane is { } lane ? NameOf(lane.Lane) : "the trace";

    /// <summary>A vCPU in words, by what the trace says of it.</summary>
    internal static string NameOf(VcpuLane lane) =>
        lane.Vcpu is { } vcpu ? lane.Tid >= 0 ? $"vCPU {vcpu} (tid {lane.Tid})" : $"vCPU {vcpu}" : lane.Tid >= 0 ? $"tid {lane.Tid}" : "the vCPU";

    /// <summary>Turns in a row, or all exits of the place where the signature asks for no row.</summary>
    public long TurnsSeen => Signature.InRow || Evidence.Scope != EvidenceScope.Spot ? Evidence.Turns : Evidence.Count;

    public bool IsExcerpt => Evidence.Scope is EvidenceScope.Spot or EvidenceScope.SameFault && TurnsSeen < FewTurns;

    /// <summary>Time of the first event of the first turn.</summary>
    public long? SinceNs => !Evidence.HasTime ? null : Turn.Count > 0 && Turn.All(e => e.HasTime) ? Math.Min(Evidence.StartNs, Turn.Min(e => e.Time)) : Evidence.StartNs;

    /// <summary>Honest confidence: high only for whole loops or large counts, lower where events were lost or facts are missing.</summary>
    public Confidence Confidence
    {
        get
        {
            var level = Confidence.High;
            if (Evidence.Scope == EvidenceScope.Loop && Evidence.Turns < FewTurns) level = Evidence.Turns < 4 ? Confidence.Low : Confidence.Medium;
            if (IsExcerpt) level = Confidence.Low;
            if (Evidence.Scope is EvidenceScope.Vcpu or EvidenceScope.Trace && Facts.Exits < ManyExits) level = Confidence.Low;
            if (Facts.Lost > 0 && level > Confidence.Low) level--;
            if (level > Signature.Most) level = Signature.Most;
            if (Signature.Limit?.Invoke(this) is { } limit && level > limit) level = limit;
            return level;
        }
    }

    /// <summary>One paragraph with this trace's figures.</summary>
    public string Why
    {
        get
        {
            var sentences = new List<string>();
            if (Evidence.Scope is EvidenceScope.Loop or EvidenceScope.Spot or EvidenceScope.SameFault) sentences.Add(Figures());
            if (Signature.Because is { } because) sentences.AddRange(because(this));
            if (Cet() is { } cet) sentences.Add(cet);
            if (Evidence.Scope == EvidenceScope.Loop && Loops.Count > 1) sentences.Add($"{Loops.Count} such loops in all, {_loopTurns} turns.");
            if (AlsoTids.Count > 0) sentences.Add($"The same on tid {string.Join(", ", AlsoTids.Take(8))}{(AlsoTids.Count > 8 ? " and more" : "")}.");
            if (Facts.Lost > 0) sentences.Add("Events were lost, so counts are lower bounds.");
            if (IsExcerpt) sentences.Add(TurnsSeen == 1 ? "Only one turn is in the trace, so it cannot show that it repeats." : $"Only {TurnsSeen} turns{(Signature.InRow ? " in a row" : "")} are in the trace.");
            return string.Join(" ", sentences);
        }
    }

    /// <summary>Template of the turn as trace-cmd spells it.</summary>
    public IEnumerable<TemplateEvent> Template => Evidence.Loop is { } loop
        ? loop.Events.Select(e => new TemplateEvent(e.Event.Name, e.Text))
        : Turn.Select(e => new TemplateEvent(e.Name, e.Payload(Dialect.Plugin)));

    public string Duration(double ns) => Numbers.Duration((long)Math.Round(ns), Run.TimeUnit);

    /// <summary>False where the addresses were cut out of the text by hand.</summary>
    private bool RipsKnown => Evidence.Rips.Any(r => r != 0) || Run.Trace.Health.CountOf(Parser.Health.TraceHealth.PartialFields) == 0;

    private string Figures()
    {
        var e = Evidence;
        var what = string.Join(" + ", e.Reasons.Distinct());
        var details = string.Join(", ", e.Details.Take(3).Select(Word));
        var shown = new string[Math.Min(4, e.Rips.Count)];
        for (var i = 0; i < shown.Length; i++) shown[i] = Numbers.Hex(e.Rips[i]) + (Run.GuestSymbols.NameOf(e.Rips[i]) is { } name ? $" ({name})" : "");
        var rips = string.Join(", ", shown);
        var text = $"{Count(TurnsSeen, "turn")} of {what}{(details.Length > 0 ? " " + details : "")} on {Who}{(RipsKnown ? $" at rip {rips}" : "")}";
        if (e.RatePerSec is { } rate && Run.IsNanoseconds && e.Turns > 1 && TurnsSeen == e.Turns) text += $", {Numbers.Rate(rate)}, {Duration(e.TurnNs)} a turn";
        return text + ".";
    }

    /// <summary>CR4 written with CET=1 before: what newly exposed control-flow enforcement may have to do with a wait.</summary>
    private string? Cet()
    {
        if (Signature.Blame is not (Blame.GuestWait or Blame.Guest) || Lane is not { } lane || SinceNs is not { } since) return null;
        Cr4Write? last = null;
        foreach (var write in Cr4Writes(lane))
            if (write.Time <= since) last = write;
        if (last is not { } cr4 || (cr4.Value & Cr4Bits.Cet) == 0) return null;
        var ago = since - cr4.Time;
        var when = Run.IsNanoseconds ? (ago / 1e6).ToString("0.000", System.Globalization.CultureInfo.InvariantCulture) + " ms" : Duration(ago);
        return $"CR4 was written with CET=1 ({Numbers.Hex(cr4.Value)}) {when} before.";
    }

    private IEnumerable<Cr4Write> Cr4Writes(LaneFacts lane)
    {
        var writes = lane.Cr4Writes.ToList();
        foreach (var e in Evidence.Loop?.PrecededBy ?? [])
            if (e is { Name: "kvm_cr", HasFields: true, HasTime: true } && e[0] != 0 && e[1] == 4) writes.Add(new Cr4Write(e.Time, e[2]));
        return writes.OrderBy(w => w.Time);
    }

    internal static string Count(long n, string noun) => n == 1 ? $"1 {noun}" : $"{n} {noun}s";

    private static string Word(TurnDetail d) => d.Kind switch
    {
        TripDetail.Port => $"port {Numbers.Hex(d.Value)} {(d.IsWrite ? "out" : "in")}{(d.Size > 0 ? $" size {d.Size}" : "")}",
        TripDetail.Msr => $"MSR {Numbers.Hex(d.Value)} {(d.IsWrite ? "write" : "read")}",
        TripDetail.CpuidLeaf => $"leaf {Numbers.Hex(d.Value)}",
        TripDetail.Cr => $"CR{d.Value}",
        _ => Numbers.Hex(d.Value),
    };
}
