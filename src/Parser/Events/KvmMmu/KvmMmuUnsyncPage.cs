namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A shadow page goes out of step (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_unsync_page).</summary>
public readonly ref struct KvmMmuUnsyncPage(EventRow row) : IKvmEvent<KvmMmuUnsyncPage>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_mmu_unsync_page",
        keys: "role unsync created",
        values: "root_count mmu_valid_gen",
        frame: "gfn",
        fields: "gfn role root_count unsync created mmu_valid_gen role_known role_layout glevels",
        system: "kvmmmu",
        irregular: ShadowPagePayload.Instance);

    public static KvmMmuUnsyncPage Over(EventRow row) => new(row);

    public ulong Gfn => row[0];

    public bool HasGfn => row.Has(0);

    public uint Role => (uint)row[1];

    public bool HasRole => row.Has(1);

    public uint RootCount => (uint)row[2];

    public bool Unsync => row[3] != 0;

    public bool Created => row[4] != 0;

    public uint MmuValidGen => (uint)row[5];

    public uint RoleKnown => (uint)row[6];

    public uint RoleLayout => (uint)row[7];

    public uint Glevels => (uint)row[8];
}
