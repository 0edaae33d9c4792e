namespace KvmTraceLab.Replay.Faults;

/// <summary>The same unresolved fault again and again: thread, level, frame, code and RIP are equal.</summary>
internal sealed class FaultRun(FaultRun.Identity key, LaneFaults owner)
{
    /// <summary>From so many repeats on it is called a livelock.</summary>
    public const int LivelockRepeats = 8;

    /// <summary>A string instruction stays at its RIP and in its page no longer than this, should emulation not be recorded.</summary>
    public const int LongestString = 4096;

    /// <summary>From so many repeats on an SPTE that allows the access is no accident.</summary>
    public const int GrantedRepeats = 2;

    public readonly int[] Looks = new int[FaultVerdicts.Count];

    public Identity Key => key;

    public LaneFaults Owner => owner;

    public VcpuLane Lane => owner.Lane;

    public long Count;
    public long Nothing;
    public long Denied;
    public long Granted;
    public long Widened;
    public long Regranted;
    public long Futile;
    public long SlotChanging;
    public long Refused;
    public long NotEmulated;

    /// <summary>Faults whose thread had no other exit since the one before.</summary>
    public long Adjacent;

    /// <summary>Exits of the thread at the last fault.</summary>
    public long LastExit = long.MinValue;

    /// <summary>Nothing of the thread was seen before it: the trace may begin within.</summary>
    public bool StartsLane;

    /// <summary>Left by a signal before anything could be done.</summary>
    public long Interrupted;
    public long First;
    public long Last;

    /// <summary>When handling of the first fault was over.</summary>
    public long FirstEnd;

    /// <summary>When handling of the last fault was over.</summary>
    public long End;

    public long LastFault;

    /// <summary>When the last fault began that was mapped near this frame before the run.</summary>
    public long MappedNear;

    /// <summary>The other thread that was seen to take the frame's mapping away before the run, as the last to touch it; -1 if none was.</summary>
    public int Zapper = -1;

    /// <summary>When the fault began that ended it; null if it did not come to an end of itself.</summary>
    public long? EndedAt;
    public bool CutShort;
    public FaultAccess Access;
    public ulong Gpa;
    public string Why = "";
    public IReadOnlyList<SavedEvent> Evidence = [];
    public List<FaultObservation> Observations { get; } = [];

    /// <summary>What became of it; <see cref="FaultVerdict.Open"/> with <see cref="IsClosed"/>: every fault keeps its look.</summary>
    public FaultVerdict Verdict;

    /// <summary>There is a last word.</summary>
    public bool IsClosed;

    /// <summary>It is over, and its verdict waits for what other CPUs may have lost.</summary>
    public bool IsHeld;

    /// <summary>The share of it that unmaps may explain, those included that may be among lost events before it.</summary>
    public double MaybeCovered;

    /// <summary>Half of the run or more.</summary>
    public bool IsHalf(long faults) => faults * 2 >= Count;

    internal readonly record struct Identity(GuestLevel Level, ulong Frame, ulong Code, ulong Rip)
    {
        // Written out: the compiler's goes through a comparer of the enumeration, at every fault.
        public bool Equals(Identity other) => Frame == other.Frame && Rip == other.Rip && Code == other.Code && Level == other.Level;

        public override int GetHashCode() => HashCode.Combine(Frame, Rip, Code, (int)Level);
    }
}
