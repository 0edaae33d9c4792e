using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>A loop, a spot, a vCPU or the trace, in the words that discriminators are spelled in.</summary>
public sealed class Evidence
{
    public required EvidenceScope Scope { get; init; }

    public required TraceFacts Facts { get; init; }

    /// <summary>The vCPU; null for the whole trace.</summary>
    public LaneFacts? Lane { get; init; }

    public Loop? Loop { get; init; }

    public Spot? Spot { get; init; }

    /// <summary>The row of one fault: for that scope, and for loops of faults.</summary>
    public StuckRun? Stuck { get; init; }

    public Isa Isa { get; init; }

    /// <summary>Report names of the exits of one turn, in order of the period.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>Marks of (nearly) every turn, and marks ever seen.</summary>
    public TripMarks Mostly { get; init; }

    public TripMarks Ever { get; init; }

    /// <summary>Turns in a row.</summary>
    public long Turns { get; init; }

    /// <summary>Exits in all, in a row or not.</summary>
    public long Count { get; init; }

    public double TurnNs { get; init; }

    public long StartNs { get; init; }

    public long EndNs { get; init; }

    public bool HasTime { get; init; }

    public IReadOnlyList<ulong> Rips { get; init; } = [];

    /// <summary>Ports, MSRs, CRs or leaves of the turn, with size and direction for ports.</summary>
    public IReadOnlyList<TurnDetail> Details { get; init; } = [];

    /// <summary>Some exit came from L2.</summary>
    public bool FromL2 { get; init; }

    /// <summary>Turns a second; null without times.</summary>
    public double? RatePerSec => HasTime && EndNs > StartNs && Turns > 1 ? (Scope == EvidenceScope.Loop ? Turns : Turns - 1) * 1e9 / (EndNs - StartNs) : null;

    public int Tid => Lane?.Lane.Tid ?? -1;

    public bool All(TripMarks marks) => (Mostly & marks) == marks;

    public bool Any(TripMarks marks) => (Ever & marks) != 0;
}

/// <summary>What an exit of a turn was about.</summary>
/// <param name="Kind">Port, MSR, …</param>
/// <param name="Value">Its number.</param>
/// <param name="IsWrite">The guest wrote.</param>
/// <param name="Size">Bytes, for ports; else 0.</param>
public sealed record TurnDetail(TripDetail Kind, ulong Value, bool IsWrite, int Size)
{
    public bool Equals(TurnDetail? other) =>
        other is not null && Kind == other.Kind && Value == other.Value && IsWrite == other.IsWrite && Size == other.Size;

    public override int GetHashCode() => HashCode.Combine((int)Kind, Value, IsWrite, Size);
}
