namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The page-modification log is full (arch/x86/kvm/trace.h, kvm_pml_full).</summary>
public readonly ref struct KvmPmlFull(EventRow row) : IKvmEvent<KvmPmlFull>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_pml_full",
        plugin: "vcpu {vcpu_id:d}: PML full",
        fields: "vcpu_id");

    public static KvmPmlFull Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);
}
