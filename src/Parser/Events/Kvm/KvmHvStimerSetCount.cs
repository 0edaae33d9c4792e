namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A synthetic timer is set (arch/x86/kvm/trace.h, kvm_hv_stimer_set_count).</summary>
public readonly ref struct KvmHvStimerSetCount(EventRow row) : IKvmEvent<KvmHvStimerSetCount>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_stimer_set_count",
        plugin: "vcpu_id {vcpu_id:d} timer {timer_index:d} count {count} host {host:d}",
        keys: "timer_index host",
        values: "count",
        fields: "vcpu_id timer_index count host");

    public static KvmHvStimerSetCount Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public int TimerIndex => (int)row[1];

    public ulong Count => row[2];

    public bool Host => row[3] != 0;
}
