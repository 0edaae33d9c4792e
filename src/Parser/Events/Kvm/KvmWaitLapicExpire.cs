namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>How far a deadline timer was missed (arch/x86/kvm/trace.h, kvm_wait_lapic_expire).</summary>
public readonly ref struct KvmWaitLapicExpire(EventRow row) : IKvmEvent<KvmWaitLapicExpire>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_wait_lapic_expire",
        plugin: "vcpu {vcpu_id}: delta {delta:d} ({late:early|late})",
        values: "delta",
        fields: "vcpu_id delta late",
        complete: Completions.LapicDelta);

    public static KvmWaitLapicExpire Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public long Delta => (long)row[1];

    public bool Late => row[2] != 0;
}
