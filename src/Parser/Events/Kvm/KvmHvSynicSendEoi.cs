namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A synthetic interrupt ends (arch/x86/kvm/trace.h, kvm_hv_synic_send_eoi).</summary>
public readonly ref struct KvmHvSynicSendEoi(EventRow row) : IKvmEvent<KvmHvSynicSendEoi>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_synic_send_eoi",
        plugin: "vcpu_id {vcpu_id:d} vector {vector:d}",
        keys: "vector",
        fields: "vcpu_id sint vector ret");

    public static KvmHvSynicSendEoi Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public uint Sint => (uint)row[1];

    public int Vector => (int)row[2];

    public int Ret => (int)row[3];
}
