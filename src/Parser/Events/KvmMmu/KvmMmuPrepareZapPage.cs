namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A shadow page is zapped (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_prepare_zap_page).</summary>
public readonly ref struct KvmMmuPrepareZapPage(EventRow row) : IKvmEvent<KvmMmuPrepareZapPage>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = ShadowPage.ShapeOf("kvm_mmu_prepare_zap_page", ShadowPagePayload.Instance);

    public static KvmMmuPrepareZapPage Over(EventRow row) => new(row);

    public ShadowPage Page => new(row);
}
