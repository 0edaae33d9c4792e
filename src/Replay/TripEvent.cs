namespace KvmTraceLab.Replay;

/// <summary>Events that the replay reads, by what they tell of a trip. Nested ones stand last.</summary>
internal enum TripEvent : byte
{
    None,
    Exit,
    Entry,
    Pio,
    Msr,
    Cr,
    Cpuid,
    PageFault,
    Mmio,
    FastMmio,
    Hypercall,
    HvHypercall,
    UserspaceExit,
    Wakeup,
    Idle,
    NestedExit,
    NestedInject,
    NestedEnter,
}
