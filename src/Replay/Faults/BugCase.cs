namespace KvmTraceLab.Replay.Faults;

/// <summary>All faults of one bug: one entry for each verdict, thread, level, frame and access.</summary>
public sealed class BugCase
{
    /// <summary>Observations kept for hypotheses.</summary>
    public const int MaxObservations = 32;

    public required FaultVerdict Verdict { get; init; }

    public required int Tid { get; init; }

    public required int? Vcpu { get; init; }

    public required string Comm { get; init; }

    public required GuestLevel Level { get; init; }

    /// <summary>Address of the first fault.</summary>
    public required ulong Gpa { get; init; }

    public required FaultAccess Access { get; init; }

    public required ulong Rip { get; init; }

    public required long FirstNs { get; init; }

    public long LastNs { get; internal set; }

    public long Count { get; internal set; }

    /// <summary>What was seen, of the first fault that shows it fully.</summary>
    public required string Why { get; init; }

    /// <summary>Events of one representative fault, in order.</summary>
    public required IReadOnlyList<SavedEvent> Evidence { get; init; }

    /// <summary>A sample of the faults.</summary>
    public List<FaultObservation> Observations { get; } = [];
}
