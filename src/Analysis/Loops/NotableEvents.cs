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

    private readonly bool[] _kinds = Table();

    public bool Is(int kind) => (uint)kind < (uint)_kinds.Length && _kinds[kind];

    private static bool[] Table()
    {
        var table = new bool[256];
        foreach (var name in Names) table[KnownKinds.Kind(name)] = true;
        return table;
    }
}
