namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>Hyper-V interprocessor interrupt (arch/x86/kvm/trace.h, kvm_hv_send_ipi).</summary>
public readonly ref struct KvmHvSendIpi(EventRow row) : IKvmEvent<KvmHvSendIpi>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_send_ipi",
        plugin: "vector {vector:x} processor_mask 0x{processor_mask:x}",
        keys: "vector processor_mask",
        fields: "vector processor_mask");

    public static KvmHvSendIpi Over(EventRow row) => new(row);

    public uint Vector => (uint)row[0];

    public ulong ProcessorMask => row[1];
}
