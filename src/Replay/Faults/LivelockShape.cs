namespace KvmTraceLab.Replay.Faults;

/// <summary>The same fault again and again in a trace that cannot tell why: it has the shape of a livelock, no more.</summary>
public sealed record LivelockShape(
    int Tid, int? Vcpu, string Comm, GuestLevel Level, ulong Gpa, FaultAccess Access, ulong Rip, long Count, long FirstNs, long LastNs, IReadOnlyList<SavedEvent> Evidence)
{
    /// <summary>Repeats that make the shape.</summary>
    public const int MinRepeats = 4;

    internal const int MaxKept = 1000;
}
