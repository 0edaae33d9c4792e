namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A full dirty ring ends KVM_RUN (arch/x86/kvm/trace.h, kvm_dirty_ring_exit).</summary>
public readonly ref struct KvmDirtyRingExit(EventRow row) : IKvmEvent<KvmDirtyRingExit>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_dirty_ring_exit",
        plugin: "vcpu {vcpu_id:d}",
        fields: "vcpu_id");

    public static KvmDirtyRingExit Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);
}
