namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>An interrupt ends L2 (arch/x86/kvm/trace.h, kvm_nested_intr_vmexit).</summary>
public readonly ref struct KvmNestedIntrVmexit(EventRow row) : IKvmEvent<KvmNestedIntrVmexit>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_nested_intr_vmexit",
        plugin: "rip: 0x{rip:x16}",
        rip: "rip",
        fields: "rip");

    public static KvmNestedIntrVmexit Over(EventRow row) => new(row);

    public ulong Rip => row[0];
}
