namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A synthetic timer is stopped (arch/x86/kvm/trace.h, kvm_hv_stimer_cleanup).</summary>
public readonly ref struct KvmHvStimerCleanup(EventRow row) : IKvmEvent<KvmHvStimerCleanup>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_stimer_cleanup",
        plugin: "vcpu_id {vcpu_id:d} timer {timer_index:d}",
        keys: "timer_index",
        fields: "vcpu_id timer_index");

    public static KvmHvStimerCleanup Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public int TimerIndex => (int)row[1];
}
