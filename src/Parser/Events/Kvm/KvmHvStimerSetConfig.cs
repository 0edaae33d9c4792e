namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A synthetic timer is configured (arch/x86/kvm/trace.h, kvm_hv_stimer_set_config).</summary>
public readonly ref struct KvmHvStimerSetConfig(EventRow row) : IKvmEvent<KvmHvStimerSetConfig>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_stimer_set_config",
        plugin: "vcpu_id {vcpu_id:d} timer {timer_index:d} config 0x{config:x} host {host:d}",
        keys: "timer_index host",
        values: "config",
        fields: "vcpu_id timer_index config host");

    public static KvmHvStimerSetConfig Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public int TimerIndex => (int)row[1];

    public ulong Config => row[2];

    public bool Host => row[3] != 0;
}
