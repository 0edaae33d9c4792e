namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A shadow page is synchronized (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_sync_page).</summary>
public readonly ref struct KvmMmuSyncPage(EventRow row) : IKvmEvent<KvmMmuSyncPage>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = ShadowPage.ShapeOf("kvm_mmu_sync_page", ShadowPagePayload.Instance);

    public static KvmMmuSyncPage Over(EventRow row) => new(row);

    public ShadowPage Page => new(row);
}
