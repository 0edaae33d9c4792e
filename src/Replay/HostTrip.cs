using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Replay;

/// <summary>What an exit was about, beyond its reason.</summary>
public enum TripDetail : byte
{
    None,
    Port,
    Msr,
    Cr,
    CpuidLeaf,
    Gpa,
    Hypercall,
}

/// <summary>Which guest an exit came from.</summary>
public enum GuestLevel : byte
{
    Unknown,
    L1,
    L2,
}

/// <summary>
/// One exit from the guest until the next entry of the same thread. One object a lane, reused: copy what must last.
/// </summary>
public sealed class HostTrip
{
    /// <summary>Time of kvm_exit.</summary>
    public long Start { get; internal set; }

    /// <summary>Time of the next kvm_entry; meaningful if <see cref="Timed"/>.</summary>
    public long End { get; internal set; }

    /// <summary>An entry followed, both have times, and nothing was lost in between.</summary>
    public bool Timed { get; internal set; }

    public long Duration => End - Start;

    public Isa Isa { get; internal set; }

    /// <summary>The full reason with its flags.</summary>
    public uint FullReason { get; internal set; }

    /// <summary>The basic reason on VMX, the exit code on SVM, the packed class on arm64.</summary>
    public uint Reason { get; internal set; }

    public bool FailedVmentry { get; internal set; }

    /// <summary>The payload of kvm_exit was understood.</summary>
    public bool HasReason { get; internal set; }

    public ulong Rip { get; internal set; }

    public ulong Info1 { get; internal set; }

    public ulong Info2 { get; internal set; }

    /// <summary>RIP of the entry that ended the trip; valid if <see cref="HasEntryRip"/>.</summary>
    public ulong EntryRip { get; internal set; }

    public bool HasEntryRip { get; internal set; }

    public GuestLevel Level { get; internal set; }

    /// <summary>L0 passed the exit on to L1 (kvm_nested_vmexit_inject).</summary>
    public bool Reflected { get; internal set; }

    /// <summary>Went to user space (kvm_userspace_exit), with this KVM_EXIT_* number; -1 if not.</summary>
    public int UserspaceReason { get; internal set; }

    /// <summary>Time the vCPU was blocked (HLT, kvm_vcpu_wakeup), as far as the trace says.</summary>
    public long BlockedNs { get; internal set; }

    /// <summary>The exit ended in a halt: the time is idle, not work.</summary>
    public bool IsIdle { get; internal set; }

    public TripDetail Detail { get; internal set; }

    /// <summary>Port, MSR, CR, leaf, GPA or hypercall number by <see cref="Detail"/>.</summary>
    public ulong DetailValue { get; internal set; }

    public bool DetailIsWrite { get; internal set; }

    /// <summary>Bytes a transfer, for ports and MMIO.</summary>
    public int DetailSize { get; internal set; }

    /// <summary>Events between exit and entry.</summary>
    public int Events { get; internal set; }

    /// <summary>Offset of the kvm_exit in the input.</summary>
    public long Offset { get; internal set; }

    /// <summary>The exit's time is known.</summary>
    public bool HasStart { get; internal set; }

    /// <summary>Whether the exit's reason is the host's own business: an interrupt, NMI or timer of the host.</summary>
    public bool IsHostInterrupt { get; internal set; }

    internal void Open()
    {
        Timed = false;
        End = 0;
        HasEntryRip = false;
        Level = GuestLevel.Unknown;
        Reflected = false;
        UserspaceReason = -1;
        BlockedNs = 0;
        IsIdle = false;
        Detail = TripDetail.None;
        DetailValue = 0;
        DetailIsWrite = false;
        DetailSize = 0;
        Events = 0;
        FailedVmentry = false;
        IsHostInterrupt = false;
    }
}
