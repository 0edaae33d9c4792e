namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A synthetic timer fires (arch/x86/kvm/trace.h, kvm_hv_stimer_callback).</summary>
public readonly ref struct KvmHvStimerCallback(EventRow row) : IKvmEvent<KvmHvStimerCallback>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_stimer_callback",
        plugin: "vcpu_id {vcpu_id:d} timer {timer_index:d}",
        keys: "timer_index",
        fields: "vcpu_id timer_index");

    public static KvmHvStimerCallback Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public int TimerIndex => (int)row[1];
}
