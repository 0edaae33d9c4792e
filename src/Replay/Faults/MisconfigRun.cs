namespace KvmTraceLab.Replay.Faults;

/// <summary>One thread's EPT_MISCONFIG exits: the open one, and how often the same was left without an answer.</summary>
internal sealed class MisconfigRun
{
    public bool IsOpen;

    /// <summary>handle_mmio_page_fault was seen: the frame is known as MMIO, and emulation is due.</summary>
    public bool Known;

    /// <summary>Something else was seen of the thread: emulation, a device, user space, an exception, a mapping.</summary>
    public bool Answered;

    /// <summary>Where the guest is and what it asks for; of the run, which the open exit may join.</summary>
    public ulong Rip;

    public ulong Gfn;

    public ulong OpenRip;

    public ulong OpenGfn;

    public long OpenTime;

    public long Count;

    public long First;

    public long Last;

    /// <summary>The exit that made the run a livelock, as evidence.</summary>
    public FaultGroup? Shown;
}
