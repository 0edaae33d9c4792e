namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The pause-loop window changes (arch/x86/kvm/trace.h, kvm_ple_window_update).</summary>
public readonly ref struct KvmPleWindowUpdate(EventRow row) : IKvmEvent<KvmPleWindowUpdate>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_ple_window_update",
        plugin: "vcpu {vcpu_id} old {old} new {new} ({shrinks:growed|shrinked})",
        older:
        [
            "vcpu {vcpu_id}: ple_window {new} ({shrinks:grow|shrink} {old})",
        ],
        values: "new old",
        fields: "vcpu_id new old shrinks",
        complete: Completions.PleWindow);

    public static KvmPleWindowUpdate Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public uint New => (uint)row[1];

    public uint Old => (uint)row[2];

    public bool Shrinks => row[3] != 0;
}
