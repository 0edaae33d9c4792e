namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A synthetic interrupt was acknowledged (arch/x86/kvm/trace.h, kvm_hv_notify_acked_sint).</summary>
public readonly ref struct KvmHvNotifyAckedSint(EventRow row) : IKvmEvent<KvmHvNotifyAckedSint>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_notify_acked_sint",
        plugin: "vcpu_id {vcpu_id:d} sint {sint}",
        keys: "sint",
        fields: "vcpu_id sint");

    public static KvmHvNotifyAckedSint Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public uint Sint => (uint)row[1];
}
