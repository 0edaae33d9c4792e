namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The guest read or wrote an I/O port (arch/x86/kvm/trace.h, kvm_pio).</summary>
public readonly ref struct KvmPio(EventRow row) : IKvmEvent<KvmPio>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_pio",
        plugin: "{rw:pio_read|pio_write} at 0x{port:x} size {size} count {count} val 0x{val:x} [?count>1|(...)]",
        older: ["{rw:pio_read|pio_write} at 0x{port:x} size {size} count {count}"],
        keys: "rw port size",
        values: "val");

    public static KvmPio Over(EventRow row) => new(row);

    public bool IsWrite => row[0] != 0;

    public ushort Port => (ushort)row[1];

    /// <summary>Bytes a transfer.</summary>
    public int Size => (int)row[2];

    /// <summary>Transfers of a string instruction; else 1.</summary>
    public uint Count => (uint)row[3];

    public ulong Value => row[4];
}
