namespace KvmTraceLab.Replay.Faults;

/// <summary>Names and classes of verdicts.</summary>
public static class FaultVerdicts
{
    private static readonly string[] Names =
    [
        "OPEN", "EXPECTED_NOT_PRESENT", "EXPECTED_MMIO_FIRST", "EXPECTED_MMIO_CACHED", "EXPECTED_ACCESS_TRACKING", "EXPECTED_RETRY",
        "EXPECTED_COW", "EXPECTED_DIRTY_LOGGING", "EXPECTED_SHADOW_WP", "EXPECTED_READONLY_SLOT", "EXPECTED_NX_HUGE_SPLIT",
        "EXPECTED_L1_REFLECTED", "EXPECTED_L1_OTHER", "EXPECTED_GUEST_PF", "SPURIOUS_OK", "RACE", "NON_MMU_POLL_LOOP",
        "SUSPECT_INCONSISTENT_QUAL", "RETRY_STORM", "UNEXPLAINED", "UNDECIDABLE", "BUG_WRONG_REFLECTED_INFO",
        "BUG_SWALLOWED_L1_VIOLATION", "BUG_SPURIOUS_REFLECTION", "BUG_ALREADY_GRANTED", "BUG_XS_XU_DESYNC", "BUG_GMET_USER_SET",
        "LIVELOCK_NO_PROGRESS_SPTE", "LIVELOCK",
    ];

    /// <summary>How many verdicts there are, <see cref="FaultVerdict.Open"/> included.</summary>
    public static int Count => Names.Length;

    public static string Name(this FaultVerdict verdict) => Names[(int)verdict];

    /// <summary>KVM is at fault: <c>BUG_*</c> and <c>LIVELOCK*</c>.</summary>
    public static bool IsBug(this FaultVerdict verdict) => verdict >= FaultVerdict.BugWrongReflectedInfo;

    /// <summary>Nothing wrong: <c>EXPECTED_*</c>, a spurious fault, a race, a poll loop.</summary>
    public static bool IsExpected(this FaultVerdict verdict) => verdict is > FaultVerdict.Open and < FaultVerdict.SuspectInconsistentQual;

    /// <summary>One sentence: what happened at the faults of this verdict.</summary>
    public static string Meaning(this FaultVerdict verdict) => verdict switch
    {
        FaultVerdict.BugWrongReflectedInfo => "KVM told L1 of the violation, but with wrong information.",
        FaultVerdict.BugSwallowedL1Violation => "L1's nested tables forbid the access, but KVM did not tell L1.",
        FaultVerdict.BugSpuriousReflection => "L1's nested tables allow the access, but KVM told L1 of a violation.",
        FaultVerdict.BugAlreadyGranted => "The SPTE allows the access, and still it faults again and again.",
        FaultVerdict.BugXsXuDesync => "XS and XU of an L1 EPT SPTE differ; KVM sets and clears them together.",
        FaultVerdict.BugGmetUserSet => "GMET is on and a leaf SPTE of L1 has U=1, so supervisor fetches fault for ever.",
        FaultVerdict.LivelockNoProgressSpte => "The fault comes again and again, because the resulting SPTE still denies the access.",
        FaultVerdict.Livelock => "The fault comes again and again, and nothing that KVM does about it helps.",
        FaultVerdict.Unexplained => "No rule explains the fault, which says as much about the rules as about KVM.",
        _ => verdict.Rule(),
    };

    /// <summary>One sentence: the rule that the verdict stands for; of a bug, the rule that was broken.</summary>
    public static string Rule(this FaultVerdict verdict) => verdict switch
    {
        FaultVerdict.ExpectedNotPresent => "Nothing was mapped; KVM maps the page.",
        FaultVerdict.ExpectedMmioFirst => "First access to an address without memory: marked as MMIO, or emulated at once.",
        FaultVerdict.ExpectedMmioCached => "An MMIO marker was hit; the access is emulated.",
        FaultVerdict.ExpectedAccessTracking => "Permissions had been taken away to see the next access, and are given back.",
        FaultVerdict.ExpectedRetry => "KVM lets the guest try again because the host was changing the mapping.",
        FaultVerdict.ExpectedCow => "The host broke copy-on-write; the page has a new frame.",
        FaultVerdict.ExpectedDirtyLogging => "The page was write-protected to log it as dirty.",
        FaultVerdict.ExpectedShadowWp => "The page was write-protected because KVM shadows a page table in it.",
        FaultVerdict.ExpectedReadonlySlot => "A write to read-only memory goes to user space.",
        FaultVerdict.ExpectedNxHugeSplit => "A huge page is not executable by policy; a small executable page takes its place.",
        FaultVerdict.ExpectedL1Reflected => "L1's nested tables forbid the access; L1 is told, correctly.",
        FaultVerdict.ExpectedL1Other => "L1 gets another exit instead of the violation.",
        FaultVerdict.ExpectedGuestPf => "The guest's own tables cause the fault; the guest gets it as #PF.",
        FaultVerdict.SpuriousOk => "The permission had been granted meanwhile; hardware still held the old one.",
        FaultVerdict.Race => "Another CPU, or the guest itself, changed the tables while the fault was under way.",
        FaultVerdict.NonMmuPollLoop => "The guest polls a device register; the MMU is not involved.",
        FaultVerdict.SuspectInconsistentQual => "The fault code contradicts itself: hardware or trace, not KVM.",
        FaultVerdict.RetryStorm => "The same fault many times while the host was invalidating mappings, or may have been; not held against KVM.",
        FaultVerdict.BugWrongReflectedInfo => "What KVM injects into L1 must be what L1's tables and the access dictate.",
        FaultVerdict.BugSwallowedL1Violation => "An access that L1's nested tables forbid must be reflected to L1.",
        FaultVerdict.BugSpuriousReflection => "An access that L1's nested tables allow must not be reflected to L1.",
        FaultVerdict.BugAlreadyGranted => "An access that the SPTE allows must not fault again and again.",
        FaultVerdict.BugXsXuDesync => "XS and XU of an L1 EPT SPTE are set and cleared together.",
        FaultVerdict.BugGmetUserSet => "With GMET a leaf SPTE of L1 has U=0, or supervisor fetches fault for ever.",
        FaultVerdict.LivelockNoProgressSpte => "Handling a fault must end in an SPTE that allows the access.",
        FaultVerdict.Livelock => "Handling a fault must end in a mapping, an emulation or an injection.",
        FaultVerdict.Undecidable => "The trace lacks what a verdict needs.",
        _ => "No rule explains the fault.",
    };
}
