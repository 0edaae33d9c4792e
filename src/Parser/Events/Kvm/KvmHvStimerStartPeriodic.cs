namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A periodic synthetic timer starts (arch/x86/kvm/trace.h, kvm_hv_stimer_start_periodic).</summary>
public readonly ref struct KvmHvStimerStartPeriodic(EventRow row) : IKvmEvent<KvmHvStimerStartPeriodic>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_stimer_start_periodic",
        plugin: "vcpu_id {vcpu_id:d} timer {timer_index:d} time_now {time_now} exp_time {exp_time}",
        keys: "timer_index",
        values: "time_now exp_time",
        fields: "vcpu_id timer_index time_now exp_time");

    public static KvmHvStimerStartPeriodic Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public int TimerIndex => (int)row[1];

    public ulong TimeNow => row[2];

    public ulong ExpTime => row[3];
}
