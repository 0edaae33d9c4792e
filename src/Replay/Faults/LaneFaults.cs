namespace KvmTraceLab.Replay.Faults;

/// <summary>One vCPU thread's faults: the open group, open runs, and what is known of its L2.</summary>
internal sealed class LaneFaults(VcpuLane lane)
{
    public const int MaxRuns = 32;

    /// <summary>A run that was not hit by so many faults of its thread is over.</summary>
    public const int StaleAfter = 64;

    public VcpuLane Lane => lane;

    /// <summary>Something was seen of it since events were last lost.</summary>
    public bool IsWhole;

    /// <summary>Which one it is, in the order in which the judge met them.</summary>
    public long Number;

    private FaultGroup? _group;

    /// <summary>The open or last group; made with the first fault, since most threads have none.</summary>
    public FaultGroup Group => _group ??= new FaultGroup();

    public bool IsOpen => _group is { IsOpen: true };

    private SavedEvent? _exit;
    private SavedEvent? _nestedExit;

    public SavedEvent Exit => _exit ??= new SavedEvent();

    public bool HasExit;

    /// <summary>The vCPU number of the last entry that told it; -1 before.</summary>
    public int EnteredAs = -1;

    public SavedEvent NestedExit => _nestedExit ??= new SavedEvent();

    public bool HasNestedExit;

    /// <summary>Whose exit is being handled; L1's where nothing tells.</summary>
    public GuestLevel Level => HasNestedExit || lane.Trip.Level == GuestLevel.L2 ? GuestLevel.L2 : GuestLevel.L1;

    /// <summary>Running number of events at the last kvm_entry.</summary>
    public long EntrySequence;

    /// <summary>Faults of this thread so far.</summary>
    public long Faults;

    /// <summary>kvm_exit events of this thread so far.</summary>
    public long Exits;

    /// <summary>The last fault, where it ended with an SPTE that allows the access.</summary>
    public GrantedFault Granted;

    public FaultMode LastMode;

    private bool _isVcpu;
    private bool _works;

    /// <summary>Neither entries nor exits nor faults were seen of it.</summary>
    public bool IsNoVcpu => !_isVcpu;

    /// <summary>It works on mappings; one of the other threads, if it is no vCPU.</summary>
    public void Works(ReplayConfig config)
    {
        if (_works || _isVcpu) return;
        _works = true;
        config.OtherThreads++;
    }

    /// <summary>It is a vCPU, also if it was taken for one of the other threads.</summary>
    public void IsVcpu(ReplayConfig config)
    {
        if (_isVcpu) return;
        _isVcpu = true;
        if (_works) config.OtherThreads--;
    }

    /// <summary>L1's exits offer it advanced information: bits 11:9 were seen in a qualification injected by this thread.</summary>
    public bool AdvancedInfoSeen;

    /// <summary>Number of the invalidation that this thread began within the fault it handles; 0 for none.</summary>
    public long HeldInvalidation;

    /// <summary>The thread is through with the invalidation it began.</summary>
    public void Release(InvalidationLog log, long time)
    {
        if (HeldInvalidation == 0) return;
        log.Release(HeldInvalidation, time);
        HeldInvalidation = 0;
    }

    /// <summary>Role bit 20 of the last guest_mode page: MBEC or GMET as L1 uses it for L2; null before one.</summary>
    public bool? FeatureRole12;

    /// <summary>Its EPT_MISCONFIG exits; null before the first.</summary>
    public MisconfigRun? Misconfig;

    public Dictionary<FaultRun.Identity, FaultRun> Runs { get; } = [];
}
