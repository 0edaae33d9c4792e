namespace KvmTraceLab.Replay.Faults;

/// <summary>How a fault was left when the guest was entered again without what it needs.</summary>
internal enum Unresolved : byte
{
    No,

    /// <summary>Nothing traced was done about it.</summary>
    Nothing,

    /// <summary>Nothing traced was done, and an SPTE that another thread wrote allows it, if that is this VM's.</summary>
    Doubtful,

    /// <summary>An MMIO marker was met and its generation not compared: memslots are being changed.</summary>
    SlotChanging,

    /// <summary>The SPTE that results still denies the access.</summary>
    Denied,

    /// <summary>A mapping was asked for and none was set, though hardware found one that denies the access.</summary>
    Refused,

    /// <summary>The frame is known as MMIO, and no emulation was seen.</summary>
    NotEmulated,

    /// <summary>What was done cannot help, and no invalidation is waited for.</summary>
    Futile,

    /// <summary>The SPTE had allowed the access all along.</summary>
    Granted,

    /// <summary>The SPTE was found narrower than last seen, and nothing traced narrowed it.</summary>
    Widened,

    /// <summary>The SPTE is given again what the fault before this one gave it, and the vCPU did not leave the guest in between.</summary>
    Regranted,
}
