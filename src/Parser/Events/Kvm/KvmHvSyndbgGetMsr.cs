namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>An MSR of the Hyper-V synthetic debugger (arch/x86/kvm/trace.h, kvm_hv_syndbg_get_msr).</summary>
public readonly ref struct KvmHvSyndbgGetMsr(EventRow row) : IKvmEvent<KvmHvSyndbgGetMsr>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_syndbg_get_msr",
        plugin: "vcpu_id {vcpu_id:d} vp_index {vp_index} msr 0x{msr:x} data 0x{data:x}",
        keys: "msr",
        values: "data",
        fields: "vcpu_id vp_index msr data");

    public static KvmHvSyndbgGetMsr Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public uint VpIndex => (uint)row[1];

    public uint Msr => (uint)row[2];

    public ulong Data => row[3];
}
