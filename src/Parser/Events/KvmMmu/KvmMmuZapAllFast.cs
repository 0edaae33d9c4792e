namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>All shadow pages are made obsolete (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_zap_all_fast).</summary>
public readonly ref struct KvmMmuZapAllFast(EventRow row) : IKvmEvent<KvmMmuZapAllFast>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_mmu_zap_all_fast",
        plugin: "kvm-mmu-valid-gen {mmu_valid_gen} used_pages {mmu_used_pages:x}",
        values: "mmu_valid_gen mmu_used_pages",
        fields: "mmu_valid_gen mmu_used_pages",
        system: "kvmmmu");

    public static KvmMmuZapAllFast Over(EventRow row) => new(row);

    public uint MmuValidGen => (uint)row[0];

    public uint MmuUsedPages => (uint)row[1];
}
