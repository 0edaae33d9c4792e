using KvmTraceLab.Mmu;

namespace KvmTraceLab.Replay.Faults;

/// <summary>What the caller knows better than the trace; null means: look at the trace.</summary>
public sealed record ReplayOptions
{
    /// <summary>Mode-based execute control in the VMCS that KVM runs L1 with.</summary>
    public bool? Mbec { get; init; }

    /// <summary>Guest mode execute trap in KVM's VMCB.</summary>
    public bool? Gmet { get; init; }

    public KvmKernel? Kernel { get; init; }

    /// <summary>True for Intel, false for AMD.</summary>
    public bool? Intel { get; init; }

    /// <summary>Facts that <c>ktl record</c> wrote beside the trace: name and value (<c>kvm_intel.mbec</c>, <c>kernel</c>, …).</summary>
    public IReadOnlyDictionary<string, string>? HostFacts { get; init; }

    /// <summary>Called for every fault in the trace's order, once its verdict is known; null if nobody listens.</summary>
    public Action<FaultRecord>? Each { get; init; }
}
