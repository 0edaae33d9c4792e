namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A shadow page as KVM_MMU_PAGE_PRINTK tells of it (arch/x86/kvm/mmu/mmutrace.h); five events do.</summary>
public readonly ref struct ShadowPage(EventRow row)
{
    private readonly EventRow row = row;

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

    /// <summary>The shape of such an event; what its text looks like is the payload's.</summary>
    internal static EventShape ShapeOf(string name, IIrregularPayload payload) => new(
        name,
        keys: "role unsync created",
        values: "root_count mmu_valid_gen",
        frame: "gfn",
        fields: "gfn role root_count unsync created mmu_valid_gen role_known role_layout glevels",
        system: "kvmmmu",
        irregular: payload);
}
