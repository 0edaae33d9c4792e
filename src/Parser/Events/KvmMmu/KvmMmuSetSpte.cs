namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>An SPTE of a shadow page is set (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_set_spte).</summary>
public readonly ref struct KvmMmuSetSpte(EventRow row) : IKvmEvent<KvmMmuSetSpte>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_mmu_set_spte",
        plugin: "gfn {gfn:x} spte {spte:x} ({r:-|r}{spte:1.1:-|w}{x:-|x|X=2}[{u:-|u|u=255|u=18446744073709551615}]) level {level:d} at {sptep:x}",
        older:
        [
            "gfn {gfn:x} spte {spte:x} ({r:-|r}{spte:1.1:-|w}{x:-|x|X=2}{x2:-|x|X|u}{u:-|u|x}) level {level:d} at {sptep:x}",
            "gfn {gfn:x} spte {spte:x} ({r:-|r}{spte:1.1:-|w}{x:-|x|X=2}[{u:-|u|u=255|u=18446744073709551615}]) level {level:d}",
            "gfn {gfn:x} spte {spte:x} {perm:t} level {level:d} at {sptep:x}",
            "gfn {gfn:x} spte {spte:x} {perm:t} level {level:d}",
        ],
        keys: "level",
        values: "spte sptep r x u",
        frame: "gfn",
        fields: "gfn spte sptep level r x u",
        system: "kvmmmu");

    public static KvmMmuSetSpte Over(EventRow row) => new(row);

    public ulong Gfn => row[0];

    public bool HasGfn => row.Has(0);

    public ulong Spte => row[1];

    public ulong Sptep => row[2];

    public int Level => (int)row[3];

    public bool Readable => row[4] != 0;

    public bool Executable => row[5] != 0;

    public uint User => (uint)row[6];
}
