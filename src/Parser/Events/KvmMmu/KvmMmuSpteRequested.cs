namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A mapping is wanted; since Linux 7.2 with its access (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_spte_requested).</summary>
public readonly ref struct KvmMmuSpteRequested(EventRow row) : IKvmEvent<KvmMmuSpteRequested>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_mmu_spte_requested",
        plugin: "gfn {gfn:x} pfn {pfn:x} level {level:d}[ access {access:x}]",
        keys: "level access",
        values: "pfn",
        frame: "gfn",
        fields: "gfn pfn level access",
        system: "kvmmmu");

    public static KvmMmuSpteRequested Over(EventRow row) => new(row);

    public ulong Gfn => row[0];

    public bool HasGfn => row.Has(0);

    public ulong Pfn => row[1];

    public int Level => (int)row[2];

    public uint Access => (uint)row[3];

    public bool HasAccess => row.Has(3);
}
