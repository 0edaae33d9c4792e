namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>User space has emptied a dirty ring (arch/x86/kvm/trace.h, kvm_dirty_ring_reset).</summary>
public readonly ref struct KvmDirtyRingReset(EventRow row) : IKvmEvent<KvmDirtyRingReset>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_dirty_ring_reset",
        plugin: "ring {index:d}: dirty 0x{dirty_index:x} reset 0x{reset_index:x} (used {used})",
        values: "dirty_index reset_index used",
        fields: "index dirty_index reset_index used",
        complete: Completions.DirtyRingUsed);

    public static KvmDirtyRingReset Over(EventRow row) => new(row);

    public int Index => (int)row[0];

    public uint DirtyIndex => (uint)row[1];

    public uint ResetIndex => (uint)row[2];

    public uint Used => (uint)row[3];
}
