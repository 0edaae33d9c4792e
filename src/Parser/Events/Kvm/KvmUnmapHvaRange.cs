namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The host's mm unmaps a range (arch/x86/kvm/trace.h, kvm_unmap_hva_range).</summary>
public readonly struct KvmUnmapHvaRange(EventRow row) : IKvmEvent<KvmUnmapHvaRange>
{
    public static EventShape Shape { get; } = new(
        "kvm_unmap_hva_range",
        plugin: "mmu notifier unmap range: {start:#x16} -- {end:#x16}",
        keys: "start end",
        fields: "start end");

    public static KvmUnmapHvaRange Over(EventRow row) => new(row);

    public ulong Start => row[0];

    public ulong End => row[1];
}
