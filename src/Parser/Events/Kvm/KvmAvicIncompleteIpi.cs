namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>AVIC could not deliver an interprocessor interrupt (arch/x86/kvm/trace.h, kvm_avic_incomplete_ipi).</summary>
public readonly ref struct KvmAvicIncompleteIpi(EventRow row) : IKvmEvent<KvmAvicIncompleteIpi>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_avic_incomplete_ipi",
        plugin: "vcpu={vcpu}, icrh:icrl={icrh:#x10}:{icrl:x8}, id={id}, index={index}",
        keys: "icrh icrl id",
        values: "index",
        fields: "vcpu icrh icrl id index");

    public static KvmAvicIncompleteIpi Over(EventRow row) => new(row);

    public uint VcpuId => (uint)row[0];

    public uint Icrh => (uint)row[1];

    public uint Icrl => (uint)row[2];

    public uint Id => (uint)row[3];

    public uint Index => (uint)row[4];
}
