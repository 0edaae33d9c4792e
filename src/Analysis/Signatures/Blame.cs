namespace KvmTraceLab.Analysis.Signatures;

/// <summary>Where the cause of a signature lies. A wait or a normal pattern is never called a fault of KVM.</summary>
public enum Blame
{
    /// <summary>Nothing is wrong by itself.</summary>
    Normal,
    /// <summary>The guest waits or spins; what it waits for is the question.</summary>
    GuestWait,
    /// <summary>The guest's own doing.</summary>
    Guest,
    /// <summary>The VM monitor, or how it set the machine up.</summary>
    Vmm,
    /// <summary>The host: its load, its memory management, module parameters.</summary>
    Host,
    /// <summary>The processor.</summary>
    Hardware,
    /// <summary>KVM itself: a fault that was met before.</summary>
    Kvm,
}
