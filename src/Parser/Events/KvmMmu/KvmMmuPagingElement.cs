namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>An entry read by a walk, top level first (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_paging_element).</summary>
public readonly ref struct KvmMmuPagingElement(EventRow row) : IKvmEvent<KvmMmuPagingElement>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_mmu_paging_element",
        plugin: "pte {pte:x} level {level}",
        keys: "level",
        values: "pte",
        fields: "pte level",
        system: "kvmmmu");

    public static KvmMmuPagingElement Over(EventRow row) => new(row);

    public ulong Pte => row[0];

    public int Level => (int)row[1];
}
