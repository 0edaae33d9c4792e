namespace KvmTraceLab.Replay.Faults;

/// <summary>What is made of one recorded fault. The names in reports are those of <see cref="FaultVerdicts.Name"/>.</summary>
public enum FaultVerdict : byte
{
    /// <summary>Not decided yet: the fault belongs to an open run.</summary>
    Open = 0,
    ExpectedNotPresent,
    ExpectedMmioFirst,
    ExpectedMmioCached,
    ExpectedAccessTracking,
    ExpectedRetry,
    ExpectedCow,
    ExpectedDirtyLogging,
    ExpectedShadowWp,
    ExpectedReadonlySlot,
    ExpectedNxHugeSplit,
    ExpectedL1Reflected,
    ExpectedL1Other,
    ExpectedGuestPf,
    SpuriousOk,
    Race,
    NonMmuPollLoop,
    SuspectInconsistentQual,
    RetryStorm,
    Unexplained,
    Undecidable,
    BugWrongReflectedInfo,
    BugSwallowedL1Violation,
    BugSpuriousReflection,
    BugAlreadyGranted,
    BugXsXuDesync,
    BugGmetUserSet,
    LivelockNoProgressSpte,
    Livelock,
}
