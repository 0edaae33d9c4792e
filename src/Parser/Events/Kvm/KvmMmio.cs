namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>Emulated access to memory that has no slot (include/trace/events/kvm.h).</summary>
public readonly ref struct KvmMmio(EventRow row) : IKvmEvent<KvmMmio>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_mmio",
        plugin: "mmio {type:unsatisfied-read|read|write} len {len} gpa 0x{gpa:x} val 0x{val:x}",
        keys: "type len",
        values: "val",
        address: "gpa",
        fields: "type len gpa val");

    public static KvmMmio Over(EventRow row) => new(row);

    public uint Type => (uint)row[0];

    public int Len => (int)row[1];

    public ulong Gpa => row[2];

    public ulong Val => row[3];
}
