namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>An SPTE becomes an MMIO marker (arch/x86/kvm/mmu/mmutrace.h, mark_mmio_spte).</summary>
public readonly ref struct MarkMmioSpte(EventRow row) : IKvmEvent<MarkMmioSpte>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "mark_mmio_spte",
        plugin: "sptep:0x{sptep:x} gfn {gfn:x} access {access:x} gen {gen:x}",
        older:
        [
            "sptep:{sptep:x} gfn {gfn:x} access {access:x}",
        ],
        keys: "access",
        values: "sptep gen",
        frame: "gfn",
        fields: "sptep gfn access gen",
        system: "kvmmmu");

    public static MarkMmioSpte Over(EventRow row) => new(row);

    public ulong Sptep => row[0];

    public ulong Gfn => row[1];

    public bool HasGfn => row.Has(1);

    public uint Access => (uint)row[2];

    public bool HasAccess => row.Has(2);

    public uint Gen => (uint)row[3];
}
