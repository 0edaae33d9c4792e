namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The host's mm tests whether a page is young (arch/x86/kvm/trace.h, kvm_test_age_hva).</summary>
public readonly ref struct KvmTestAgeHva(EventRow row) : IKvmEvent<KvmTestAgeHva>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_test_age_hva",
        plugin: "mmu notifier test age hva: {hva:#x16}",
        keys: "hva",
        fields: "hva");

    public static KvmTestAgeHva Over(EventRow row) => new(row);

    public ulong Hva => row[0];
}
