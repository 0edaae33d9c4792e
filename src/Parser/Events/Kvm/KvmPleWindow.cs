namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The pause-loop window changes (before Linux 5.2) (arch/x86/kvm/trace.h, kvm_ple_window).</summary>
public readonly ref struct KvmPleWindow(EventRow row) : IKvmEvent<KvmPleWindow>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_ple_window",
        plugin: "vcpu {vcpu_id}: ple_window {new} ({grow:shrink|grow} {old})",
        values: "new old",
        fields: "vcpu_id new grow old");

    public static KvmPleWindow Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public uint New => (uint)row[1];

    public uint Grow => (uint)row[2];

    public uint Old => (uint)row[3];
}
