namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A walk sets a dirty bit (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_set_dirty_bit).</summary>
public readonly ref struct KvmMmuSetDirtyBit(EventRow row) : IKvmEvent<KvmMmuSetDirtyBit>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_mmu_set_dirty_bit",
        plugin: "gpa {gpa:x}",
        address: "gpa",
        fields: "gpa",
        system: "kvmmmu");

    public static KvmMmuSetDirtyBit Over(EventRow row) => new(row);

    public ulong Gpa => row[0];
}
