namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>Write to an ioeventfd found without emulation (arch/x86/kvm/trace.h, kvm_fast_mmio).</summary>
public readonly ref struct KvmFastMmio(EventRow row) : IKvmEvent<KvmFastMmio>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_fast_mmio",
        plugin: "fast mmio at gpa 0x{gpa:x}",
        address: "gpa",
        fields: "gpa");

    public static KvmFastMmio Over(EventRow row) => new(row);

    public ulong Gpa => row[0];
}
