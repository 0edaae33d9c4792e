namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A KVM hypercall (arch/x86/kvm/trace.h, kvm_hypercall).</summary>
public readonly ref struct KvmHypercall(EventRow row) : IKvmEvent<KvmHypercall>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hypercall",
        plugin: "nr 0x{nr:x} a0 0x{a0:x} a1 0x{a1:x} a2 0x{a2:x} a3 0x{a3:x}",
        keys: "nr",
        values: "a0 a1 a2 a3",
        fields: "nr a0 a1 a2 a3");

    public static KvmHypercall Over(EventRow row) => new(row);

    public ulong Nr => row[0];

    public ulong A0 => row[1];

    public ulong A1 => row[2];

    public ulong A2 => row[3];

    public ulong A3 => row[4];
}
