using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>
/// What tells a signature from its look-alikes, as data: everything that is given must hold. Several of them are
/// alternatives.
/// </summary>
public sealed record Discriminators
{
    /// <summary>What it is looked for in.</summary>
    public required EvidenceScope[] In { get; init; }

    /// <summary>Loops and spots: every exit of the turn is one of these. vCPUs: their share counts.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>Exits that must also be in the turn (loops) or on the vCPU.</summary>
    public IReadOnlyList<string> WithReasons { get; init; } = [];

    public Isa? Isa { get; init; }

    /// <summary>Every port, MSR, CR or leaf of the turn is one of these; there is at least one.</summary>
    public IReadOnlyList<TurnDetail> Details { get; init; } = [];

    /// <summary>Marks of (nearly) every turn.</summary>
    public TripMarks All { get; init; }

    /// <summary>Marks of which some turn has one.</summary>
    public TripMarks Any { get; init; }

    /// <summary>Marks that no turn may have.</summary>
    public TripMarks None { get; init; }

    public LoopKind[] Kinds { get; init; } = [];

    public bool? FromL2 { get; init; }

    /// <summary>Turns in a row (spots) or iterations (loops).</summary>
    public long MinTurns { get; init; } = 1;

    public double? MinTurnNs { get; init; }

    public double? MaxTurnNs { get; init; }

    /// <summary>Different RIPs at most.</summary>
    public int? MaxRips { get; init; }

    /// <summary>Exits of these reasons over all exits of the vCPU but the host's own interrupts.</summary>
    public double MinShare { get; init; }

    /// <summary>Exits of these reasons, at least.</summary>
    public long MinCount { get; init; }

    /// <summary>Exits of these reasons a second on the vCPU, at least; not met without times.</summary>
    public double MinRate { get; init; }

    /// <summary>What is no field: a relation between figures. Its words are <see cref="AndText"/>.</summary>
    public Func<Evidence, bool>? And { get; init; }

    public string? AndText { get; init; }

    public bool Fit(Evidence e)
    {
        if (!IsIn(e.Scope)) return false;
        if (Isa is { } isa && e.Isa != isa) return false;
        if ((All != 0 && !e.All(All)) || (Any != 0 && !e.Any(Any)) || (None != 0 && e.Any(None))) return false;
        if (e.Turns < MinTurns || (FromL2 is { } l2 && e.FromL2 != l2)) return false;
        if (Kinds.Length > 0 && (e.Loop is null || !IsOf(e.Loop.Kind))) return false;
        if (MaxRips is { } rips && e.Rips.Count > rips) return false;
        if (MinTurnNs is { } low && (!TellsTime(e) || e.TurnNs < low)) return false;
        if (MaxTurnNs is { } high && (!TellsTime(e) || e.TurnNs > high)) return false;
        if (Details.Count > 0 && (e.Details.Count == 0 || !e.Details.All(Details.Contains))) return false;
        return FitReasons(e) && (And is null || And(e));
    }

    /// <summary>A clock that counts events tells none; cycles are not much shorter than nanoseconds, and never longer.</summary>
    private static bool TellsTime(Evidence e) => e.HasTime && !e.Facts.ClockCounts;

    private bool IsIn(EvidenceScope scope)
    {
        foreach (var known in In)
            if (known == scope) return true;
        return false;
    }

    private bool IsOf(LoopKind kind)
    {
        foreach (var known in Kinds)
            if (known == kind) return true;
        return false;
    }

    private bool FitReasons(Evidence e)
    {
        if (e.Scope is EvidenceScope.Loop or EvidenceScope.Spot or EvidenceScope.SameFault)
        {
            if (Reasons.Count > 0 && (e.Reasons.Count == 0 || !e.Reasons.All(Reasons.Contains))) return false;
            if (WithReasons.Count > 0 && !WithReasons.All(e.Reasons.Contains)) return false;
        }

        if (e.Scope == EvidenceScope.Vcpu && WithReasons.Any(r => e.Lane!.CountOf([r]) == 0)) return false;
        if (e.Lane is not { } lane || (MinShare <= 0 && MinCount <= 0 && MinRate <= 0)) return true;
        var count = Reasons.Count > 0 ? lane.CountOf(Reasons) : lane.Exits;
        if (count < MinCount || count < MinShare * lane.Guest.Count) return false;
        if (MinRate <= 0) return true;
        var span = lane.Lane.LastTime - lane.Lane.FirstTime;
        return TellsTime(e) && span > 0 && count * 1e9 / span >= MinRate;
    }

    /// <summary>The discriminators in words, for lists and documents.</summary>
    public string Describe()
    {
        var words = new List<string>();
        if (Reasons.Count > 0) words.Add(string.Join("/", Reasons));
        if (WithReasons.Count > 0) words.Add("with " + string.Join("+", WithReasons));
        if (Isa is { } isa) words.Add(isa.ToString());
        if (Details.Count > 0) words.Add(string.Join("/", Details.Select(Word)));
        if (All != 0) words.Add("every turn " + All);
        if (Any != 0) words.Add("some " + Any);
        if (None != 0) words.Add("no " + None);
        if (Kinds.Length > 0) words.Add("kind " + string.Join("/", Kinds));
        if (FromL2 is { } l2) words.Add(l2 ? "from L2" : "not from L2");
        if (MinTurns > 1) words.Add($"at least {MinTurns} turns");
        if (MinTurnNs is { } low) words.Add($"turn at least {low} ns");
        if (MaxTurnNs is { } high) words.Add($"turn at most {high} ns");
        if (MaxRips is { } rips) words.Add($"at most {rips} RIPs");
        if (MinShare > 0) words.Add($"share at least {MinShare * 100:0}%");
        if (MinCount > 0) words.Add($"at least {MinCount} exits");
        if (MinRate > 0) words.Add($"at least {MinRate:0}/s");
        if (AndText is not null) words.Add(AndText);
        return string.Join("; ", words);
    }

    private static string Word(TurnDetail d) => d.Kind switch
    {
        TripDetail.Port => $"port 0x{d.Value:x} {(d.IsWrite ? "out" : "in")} size {d.Size}",
        TripDetail.Msr => $"MSR 0x{d.Value:x} {(d.IsWrite ? "write" : "read")}",
        _ => $"{d.Kind} 0x{d.Value:x}",
    };
}
