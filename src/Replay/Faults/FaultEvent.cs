namespace KvmTraceLab.Replay.Faults;

/// <summary>The events the judge looks at; everything else is <see cref="None"/>.</summary>
internal enum FaultEvent : byte
{
    None,
    Entry,
    Exit,
    PageFault,
    SpteRequested,
    SetSpte,
    TdpChanged,
    FastPageFault,
    MarkMmio,
    HandleMmio,
    CheckMmio,
    Walk,
    Element,
    WalkerError,
    GetPage,
    PrepareZap,
    SyncPage,
    UnsyncPage,
    ZapAllFast,
    SplitHuge,
    UnmapHva,
    SetSpteHva,
    AsyncPf,
    Emulate,
    Mmio,
    FastMmio,
    UserspaceExit,
    InjException,
    NestedExit,
    NestedInject,
    Msr,
    Cpuid,
    PmlFull,

    /// <summary>Clocks of a VM: nobody asks for these alone, so all of system kvm was recorded.</summary>
    Clock,
}
