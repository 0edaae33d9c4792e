namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A shadow page is zapped (before 2.6.36) (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_zap_page).</summary>
public readonly ref struct KvmMmuZapPage(EventRow row) : IKvmEvent<KvmMmuZapPage>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = ShadowPage.ShapeOf("kvm_mmu_zap_page", ShadowPagePayload.Instance);

    public static KvmMmuZapPage Over(EventRow row) => new(row);

    public ShadowPage Page => new(row);
}
