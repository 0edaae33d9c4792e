namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A shadow page is found or made (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_get_page).</summary>
public readonly ref struct KvmMmuGetPage(EventRow row) : IKvmEvent<KvmMmuGetPage>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = ShadowPage.ShapeOf("kvm_mmu_get_page", ShadowPagePayload.GetPage);

    public static KvmMmuGetPage Over(EventRow row) => new(row);

    public ShadowPage Page => new(row);
}
