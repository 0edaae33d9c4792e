namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The halt-poll time changes (arch/x86/kvm/trace.h, kvm_halt_poll_ns).</summary>
public readonly ref struct KvmHaltPollNs(EventRow row) : IKvmEvent<KvmHaltPollNs>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_halt_poll_ns",
        plugin: "vcpu {vcpu_id}: halt_poll_ns {new} ({grow:shrink|grow} {old})",
        older:
        [
            "vcpu {vcpu_id:d}: halt_poll_ns {new:d} ({grow:shrink|grow} {old:d})",
        ],
        keys: "grow",
        values: "new old",
        fields: "grow vcpu_id new old");

    public static KvmHaltPollNs Over(EventRow row) => new(row);

    public bool Grow => row[0] != 0;

    public int VcpuId => (int)row[1];

    public bool HasVcpuId => row.Has(1);

    public uint New => (uint)row[2];

    public uint Old => (uint)row[3];
}
