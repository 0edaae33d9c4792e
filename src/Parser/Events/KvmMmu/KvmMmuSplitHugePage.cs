namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A huge page is split (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_split_huge_page).</summary>
public readonly ref struct KvmMmuSplitHugePage(EventRow row) : IKvmEvent<KvmMmuSplitHugePage>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_mmu_split_huge_page",
        plugin: "gfn {gfn:x} spte {spte:x} level {level:d} errno {errno:d}",
        keys: "level errno",
        values: "spte",
        frame: "gfn",
        fields: "gfn spte level errno",
        system: "kvmmmu");

    public static KvmMmuSplitHugePage Over(EventRow row) => new(row);

    public ulong Gfn => row[0];

    public bool HasGfn => row.Has(0);

    public ulong Spte => row[1];

    public int Level => (int)row[2];

    public int Errno => (int)row[3];
}
