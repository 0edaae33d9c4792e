namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>Whether a vCPU's timer runs on the VMX preemption timer (arch/x86/kvm/trace.h, kvm_hv_timer_state).</summary>
public readonly ref struct KvmHvTimerState(EventRow row) : IKvmEvent<KvmHvTimerState>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_timer_state",
        plugin: "vcpu_id {vcpu_id:x} hv_timer {hv_timer_in_use:x}",
        keys: "hv_timer_in_use",
        fields: "vcpu_id hv_timer_in_use");

    public static KvmHvTimerState Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public uint HvTimerInUse => (uint)row[1];
}
