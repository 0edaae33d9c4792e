namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The guest's paravirtual clock page is written (arch/x86/kvm/trace.h, kvm_pvclock_update).</summary>
public readonly ref struct KvmPvclockUpdate(EventRow row) : IKvmEvent<KvmPvclockUpdate>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_pvclock_update",
        plugin: "vcpu_id {vcpu_id}, pvclock \\{ version {version}, tsc_timestamp 0x{tsc_timestamp:x}, system_time 0x{system_time:x}, tsc_to_system_mul 0x{tsc_to_system_mul:x}, tsc_shift {tsc_shift:d}, flags 0x{flags:x} \\}",
        values: "version tsc_timestamp system_time",
        fields: "vcpu_id version tsc_timestamp system_time tsc_to_system_mul tsc_shift flags");

    public static KvmPvclockUpdate Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public uint Version => (uint)row[1];

    public ulong TscTimestamp => row[2];

    public ulong SystemTime => row[3];

    public uint TscToSystemMul => (uint)row[4];

    public int TscShift => (int)row[5];

    public uint Flags => (uint)row[6];
}
