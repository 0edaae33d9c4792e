namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The guest acknowledges an interrupt (arch/x86/kvm/trace.h, kvm_ack_irq).</summary>
public readonly ref struct KvmAckIrq(EventRow row) : IKvmEvent<KvmAckIrq>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_ack_irq",
        plugin: "irqchip {irqchip:PIC master|PIC slave|IOAPIC} pin {pin}",
        older:
        [
            "irqchip {irqchip} pin {pin}",
        ],
        keys: "irqchip pin",
        fields: "irqchip pin");

    public static KvmAckIrq Over(EventRow row) => new(row);

    public uint Irqchip => (uint)row[0];

    public uint Pin => (uint)row[1];
}
