namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>An MSR of the synthetic interrupt controller is written (arch/x86/kvm/trace.h, kvm_hv_synic_set_msr).</summary>
public readonly ref struct KvmHvSynicSetMsr(EventRow row) : IKvmEvent<KvmHvSynicSetMsr>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_synic_set_msr",
        plugin: "vcpu_id {vcpu_id:d} msr 0x{msr:x} data 0x{data:x} host {host:d}",
        keys: "msr host",
        values: "data",
        fields: "vcpu_id msr data host");

    public static KvmHvSynicSetMsr Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public uint Msr => (uint)row[1];

    public ulong Data => row[2];

    public bool Host => row[3] != 0;
}
