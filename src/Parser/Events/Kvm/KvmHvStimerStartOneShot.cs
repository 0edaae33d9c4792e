namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A one-shot synthetic timer starts (arch/x86/kvm/trace.h, kvm_hv_stimer_start_one_shot).</summary>
public readonly ref struct KvmHvStimerStartOneShot(EventRow row) : IKvmEvent<KvmHvStimerStartOneShot>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_stimer_start_one_shot",
        plugin: "vcpu_id {vcpu_id:d} timer {timer_index:d} time_now {time_now} count {count}",
        keys: "timer_index",
        values: "time_now count",
        fields: "vcpu_id timer_index time_now count");

    public static KvmHvStimerStartOneShot Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public int TimerIndex => (int)row[1];

    public ulong TimeNow => row[2];

    public ulong Count => row[3];
}
