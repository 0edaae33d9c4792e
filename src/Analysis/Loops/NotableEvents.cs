using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Loops;

/// <summary>Events worth showing as what came before a loop.</summary>
internal sealed class NotableEvents
{
    private static readonly string[] Names =
    [
        "kvm_cr", "kvm_msr", "kvm_cpuid", "kvm_nested_vmenter", "kvm_nested_vmrun", "kvm_nested_vmexit_inject", "kvm_nested_vmenter_failed",
        "kvm_inj_virq", "kvm_inj_exception", "kvm_userspace_exit", "kvm_smm_transition",
    ];

    private readonly HashSet<int> _kinds = [.. Names.Select(KnownKinds.Kind).Where(k => k >= 0)];

    public bool Is(int kind) => _kinds.Contains(kind);
}
