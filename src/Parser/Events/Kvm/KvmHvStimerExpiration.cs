namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A synthetic timer has expired (arch/x86/kvm/trace.h, kvm_hv_stimer_expiration).</summary>
public readonly ref struct KvmHvStimerExpiration(EventRow row) : IKvmEvent<KvmHvStimerExpiration>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_stimer_expiration",
        plugin: "vcpu_id {vcpu_id:d} timer {timer_index:d} direct {direct:d} send result {msg_send_result:d}",
        older:
        [
            "vcpu_id {vcpu_id:d} timer {timer_index:d} msg send result {msg_send_result:d}",
        ],
        keys: "timer_index direct msg_send_result",
        fields: "vcpu_id timer_index direct msg_send_result");

    public static KvmHvStimerExpiration Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public int TimerIndex => (int)row[1];

    public int Direct => (int)row[2];

    public int MsgSendResult => (int)row[3];
}
