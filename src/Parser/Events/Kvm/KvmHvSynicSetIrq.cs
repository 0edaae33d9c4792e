namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A synthetic interrupt is raised (arch/x86/kvm/trace.h, kvm_hv_synic_set_irq).</summary>
public readonly ref struct KvmHvSynicSetIrq(EventRow row) : IKvmEvent<KvmHvSynicSetIrq>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_synic_set_irq",
        plugin: "vcpu_id {vcpu_id:d} sint {sint} vector {vector:d} ret {ret:d}",
        keys: "sint vector ret",
        fields: "vcpu_id sint vector ret");

    public static KvmHvSynicSetIrq Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public uint Sint => (uint)row[1];

    public int Vector => (int)row[2];

    public int Ret => (int)row[3];
}
