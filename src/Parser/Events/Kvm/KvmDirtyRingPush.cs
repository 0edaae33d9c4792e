namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A page is entered in a dirty ring (arch/x86/kvm/trace.h, kvm_dirty_ring_push).</summary>
public readonly ref struct KvmDirtyRingPush(EventRow row) : IKvmEvent<KvmDirtyRingPush>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_dirty_ring_push",
        plugin: "ring {index:d}: dirty 0x{dirty_index:x} reset 0x{reset_index:x} slot {slot} offset 0x{offset:x} (used {used})",
        older:
        [
            "ring {index:d}: dirty 0x{dirty_index:x} reset 0x{reset_index:x} slot {slot} offset 0x{offset:x} ret {ret:d} (used {used})",
        ],
        keys: "slot",
        values: "dirty_index reset_index used",
        frame: "offset",
        fields: "index dirty_index reset_index slot offset used",
        complete: Completions.DirtyRingUsed);

    public static KvmDirtyRingPush Over(EventRow row) => new(row);

    public int Index => (int)row[0];

    public uint DirtyIndex => (uint)row[1];

    public uint ResetIndex => (uint)row[2];

    public uint Slot => (uint)row[3];

    public ulong Offset => row[4];

    public uint Used => (uint)row[5];
}
