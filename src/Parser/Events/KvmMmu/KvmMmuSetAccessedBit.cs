namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A walk sets an accessed bit (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_set_accessed_bit).</summary>
public readonly ref struct KvmMmuSetAccessedBit(EventRow row) : IKvmEvent<KvmMmuSetAccessedBit>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_mmu_set_accessed_bit",
        plugin: "gpa {gpa:x}",
        older:
        [
            "gpa {gpa:x} index {index:d} size {size:d}",
            "table_gfn {table_gfn:x} index {index:d} size {size:d}",
        ],
        address: "gpa",
        fields: "gpa",
        system: "kvmmmu");

    public static KvmMmuSetAccessedBit Over(EventRow row) => new(row);

    public ulong Gpa => row[0];
}
