namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>End of interrupt (arch/x86/kvm/trace.h, kvm_eoi).</summary>
public readonly ref struct KvmEoi(EventRow row) : IKvmEvent<KvmEoi>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_eoi",
        plugin: "apicid {apicid:x} vector {vector:d}",
        keys: "vector",
        fields: "apicid vector");

    public static KvmEoi Over(EventRow row) => new(row);

    public uint Apicid => (uint)row[0];

    public int Vector => (int)row[1];
}
