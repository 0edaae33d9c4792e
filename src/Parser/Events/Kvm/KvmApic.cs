namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>Access to a register of the local APIC (arch/x86/kvm/trace.h, kvm_apic).</summary>
public readonly ref struct KvmApic(EventRow row) : IKvmEvent<KvmApic>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_apic",
        plugin: "{rw:apic_read|apic_write} {reg:@apic-reg} = 0x{val:x}",
        keys: "rw reg",
        values: "val",
        fields: "rw reg val");

    public static KvmApic Over(EventRow row) => new(row);

    public bool IsWrite => row[0] != 0;

    public uint Reg => (uint)row[1];

    public ulong Val => row[2];
}
