using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Loops;

/// <summary>What a loop is made of.</summary>
public enum LoopKind
{
    GuestPoll,
    FaultLivelock,
    InterruptStorm,
    HostTick,
    EmulationFailure,
    NestedBounce,
    Idle,
    Sweep,
    Other,
}

/// <summary>What changes from turn to turn.</summary>
public enum LoopProgress
{
    None,
    Value,
    Address,
    Rip,
}

/// <summary>One event of a loop's period.</summary>
/// <param name="Event">The first turn's event.</param>
/// <param name="Varying">Bit i is set where field i differed in some other turn.</param>
public sealed record LoopEvent(SavedEvent Event, ulong Varying)
{
    /// <summary>The payload as trace-cmd's plugin spells it, with <c>*</c> for what differs.</summary>
    public string Text => Event.Payload(Dialect.Plugin, Varying);
}

/// <summary>A repeating sequence of events of one thread.</summary>
public sealed record Loop
{
    public required int Tid { get; init; }

    public required int? Vcpu { get; init; }

    public required string Comm { get; init; }

    /// <summary>Time of the first event of the first period, and of the last event.</summary>
    public required long StartNs { get; init; }

    public required long EndNs { get; init; }

    public required bool HasTime { get; init; }

    /// <summary>First and last event, counted over all events of the thread; tells which loops overlap.</summary>
    internal long FirstEvent { get; init; }

    internal long LastEvent { get; init; }

    public required long Iterations { get; init; }

    public required long Interruptions { get; init; }

    /// <summary>One period, beginning at its first kvm_exit.</summary>
    public required IReadOnlyList<LoopEvent> Events { get; init; }

    public required LoopKind Kind { get; init; }

    public required LoopProgress Progress { get; init; }

    /// <summary>Report name of the first exit's reason.</summary>
    public required string Reason { get; init; }

    /// <summary>Distinct RIPs of exits and entries, in order of the period.</summary>
    public required IReadOnlyList<ulong> Rips { get; init; }

    /// <summary>Exits a period.</summary>
    public required int ExitsPerPeriod { get; init; }

    public required IReadOnlyList<SavedEvent> PrecededBy { get; init; }

    /// <summary>Reasons of the host interrupts that broke in, with counts.</summary>
    public required IReadOnlyDictionary<string, long> InterruptReasons { get; init; }

    /// <summary>Signature that fits best, e.g. <c>L01</c>; null if none does.</summary>
    public string? Signature { get; set; }

    /// <summary>Share of all exits of the trace; set when the trace has ended.</summary>
    public double ShareOfExits { get; set; }

    public int Period => Events.Count;

    /// <summary>Turns a second; null without times.</summary>
    public double? RatePerSec => HasTime && EndNs > StartNs ? Iterations * 1e9 / (EndNs - StartNs) : null;

    /// <summary>Mean time of a turn in nanoseconds (or ticks); 0 without times.</summary>
    public double TurnNs => Iterations > 0 ? (double)(EndNs - StartNs) / Iterations : 0;

    public bool Has(string eventName) => Find(eventName) is not null;

    public LoopEvent? Find(string eventName)
    {
        foreach (var e in Events)
            if (e.Event.Name == eventName) return e;
        return null;
    }
}
