namespace KvmTraceLab.Replay.Faults;

/// <summary>One vCPU thread's faults: the open group, open runs, and what is known of its L2.</summary>
internal sealed class LaneFaults(VcpuLane lane)
{
    public const int MaxRuns = 32;

    /// <summary>A run that was not hit by so many faults of its thread is over.</summary>
    public const int StaleAfter = 64;

    public VcpuLane Lane => lane;

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

    /// <summary>Running number of events at the last kvm_entry.</summary>
    public long EntrySequence;

    /// <summary>Faults of this thread so far.</summary>
    public long Faults;

    /// <summary>kvm_exit events of this thread so far.</summary>
    public long Exits;

    /// <summary>The last fault, where it ended with an SPTE that allows the access.</summary>
    public GrantedFault Granted;

    public FaultMode LastMode;

    /// <summary>L1 last started an L2 without nested paging: then L2's addresses are L1's, and its faults are about L1's SPTEs.</summary>
    public bool L2SharesAddresses;

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
