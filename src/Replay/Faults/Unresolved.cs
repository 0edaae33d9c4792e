namespace KvmTraceLab.Replay.Faults;

/// <summary>How a fault was left when the guest was entered again without what it needs.</summary>
internal enum Unresolved : byte
{
    No,

    /// <summary>Nothing traced was done about it.</summary>
    Nothing,

    /// <summary>An MMIO marker was met and its generation not compared: memslots are being changed.</summary>
    SlotChanging,

    /// <summary>The SPTE that results still denies the access.</summary>
    Denied,

    /// <summary>What was done cannot help, and no invalidation is waited for.</summary>
    Futile,

    /// <summary>The SPTE had allowed the access all along.</summary>
    Granted,

    /// <summary>The SPTE was found narrower than last seen, and nothing traced narrowed it.</summary>
    Widened,

    /// <summary>The SPTE is given again what the fault before this one gave it, and the vCPU did not leave the guest in between.</summary>
    Regranted,
}
