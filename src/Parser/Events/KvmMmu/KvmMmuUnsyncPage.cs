namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A shadow page goes out of step (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_unsync_page).</summary>
public readonly ref struct KvmMmuUnsyncPage(EventRow row) : IKvmEvent<KvmMmuUnsyncPage>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = ShadowPage.ShapeOf("kvm_mmu_unsync_page", ShadowPagePayload.Instance);

    public static KvmMmuUnsyncPage Over(EventRow row) => new(row);

    public ShadowPage Page => new(row);
}
