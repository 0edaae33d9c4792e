namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>User space or a device sets an interrupt line (arch/x86/kvm/trace.h, kvm_set_irq).</summary>
public readonly ref struct KvmSetIrq(EventRow row) : IKvmEvent<KvmSetIrq>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_set_irq",
        plugin: "gsi {gsi} level {level:d} source {irq_source_id:d}",
        older:
        [
            "gsi {gsi} level {level:d}",
        ],
        keys: "gsi level irq_source_id",
        fields: "gsi level irq_source_id");

    public static KvmSetIrq Over(EventRow row) => new(row);

    public uint Gsi => (uint)row[0];

    public int Level => (int)row[1];

    public int IrqSourceId => (int)row[2];
}
