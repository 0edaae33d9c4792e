namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The host's mm replaces a page (before Linux 6.10) (arch/x86/kvm/trace.h, kvm_set_spte_hva).</summary>
public readonly ref struct KvmSetSpteHva(EventRow row) : IKvmEvent<KvmSetSpteHva>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_set_spte_hva",
        plugin: "mmu notifier set pte hva: {hva:#x16}",
        keys: "hva",
        fields: "hva");

    public static KvmSetSpteHva Over(EventRow row) => new(row);

    public ulong Hva => row[0];
}
