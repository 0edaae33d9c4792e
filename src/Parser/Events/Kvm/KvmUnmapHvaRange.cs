namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The host's mm unmaps a range (arch/x86/kvm/trace.h, kvm_unmap_hva_range).</summary>
public readonly ref struct KvmUnmapHvaRange(EventRow row) : IKvmEvent<KvmUnmapHvaRange>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_unmap_hva_range",
        plugin: "mmu notifier unmap range: {start:#x16} -- {end:#x16}",
        keys: "start end",
        fields: "start end");

    public static KvmUnmapHvaRange Over(EventRow row) => new(row);

    public ulong Start => row[0];

    public ulong End => row[1];
}
