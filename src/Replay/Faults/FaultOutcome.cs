namespace KvmTraceLab.Replay.Faults;

/// <summary>What KVM did about a fault before it entered the guest again: what kvm_stat counts as pf_fixed, pf_emulate and pf_spurious, and the rest.</summary>
public enum FaultOutcome
{
    /// <summary>An SPTE that allows the access was written.</summary>
    Mapped,

    /// <summary>The access was emulated, in KVM or in user space.</summary>
    Emulated,

    /// <summary>The guest, or L1, got an exception or an exit.</summary>
    Injected,

    /// <summary>The SPTE allowed the access already.</summary>
    Spurious,

    /// <summary>None of these: the guest is left to try again.</summary>
    Retried,

    /// <summary>Events were lost, the thread did not enter the guest again, or events of system kvmmmu were not recorded.</summary>
    Unknown,
}
