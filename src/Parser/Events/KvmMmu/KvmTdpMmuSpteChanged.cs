namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>An SPTE of the TDP MMU changes (arch/x86/kvm/mmu/mmutrace.h, kvm_tdp_mmu_spte_changed).</summary>
public readonly ref struct KvmTdpMmuSpteChanged(EventRow row) : IKvmEvent<KvmTdpMmuSpteChanged>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_tdp_mmu_spte_changed",
        plugin: "as id {as_id:d} gfn {gfn:x} level {level:d} old_spte {old_spte:x} new_spte {new_spte:x}",
        keys: "level as_id",
        values: "old_spte new_spte",
        frame: "gfn",
        fields: "gfn old_spte new_spte level as_id",
        system: "kvmmmu");

    public static KvmTdpMmuSpteChanged Over(EventRow row) => new(row);

    public ulong Gfn => row[0];

    public bool HasGfn => row.Has(0);

    public ulong OldSpte => row[1];

    public ulong NewSpte => row[2];

    public int Level => (int)row[3];

    public int AsId => (int)row[4];
}
