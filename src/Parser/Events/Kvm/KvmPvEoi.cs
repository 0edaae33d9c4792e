namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>End of interrupt through the paravirtual flag (arch/x86/kvm/trace.h, kvm_pv_eoi).</summary>
public readonly ref struct KvmPvEoi(EventRow row) : IKvmEvent<KvmPvEoi>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_pv_eoi",
        plugin: "apicid {apicid:x} vector {vector:d}",
        keys: "vector",
        fields: "apicid vector");

    public static KvmPvEoi Over(EventRow row) => new(row);

    public uint Apicid => (uint)row[0];

    public int Vector => (int)row[1];
}
