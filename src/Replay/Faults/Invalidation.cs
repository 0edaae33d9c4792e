namespace KvmTraceLab.Replay.Faults;

/// <summary>What kind of invalidation was seen, and so how long it may last.</summary>
internal enum Invalidation
{
    /// <summary>A zap or a change of one mapping: done when it is traced.</summary>
    Passing,

    /// <summary>The host unmaps a range: begun, and no event tells its end.</summary>
    Lasting,

    /// <summary>The same by a vCPU that handles a fault: over when that vCPU goes on.</summary>
    Held,

    /// <summary>A memslot is deleted; the event may come before or after what waits for it.</summary>
    WholeSlot,

    /// <summary>Events were lost, and an unmap that still goes on may be one of them.</summary>
    Unseen,
}
