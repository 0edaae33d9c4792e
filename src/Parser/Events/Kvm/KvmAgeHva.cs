namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The host's mm ages a range (arch/x86/kvm/trace.h, kvm_age_hva).</summary>
public readonly ref struct KvmAgeHva(EventRow row) : IKvmEvent<KvmAgeHva>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_age_hva",
        plugin: "mmu notifier age hva: {start:#x16} -- {end:#x16}",
        older:
        [
            "mmu notifier age hva: {start:#x16} -- {end:#x16} young: {young:d}",
        ],
        keys: "start end",
        fields: "start end young");

    public static KvmAgeHva Over(EventRow row) => new(row);

    public ulong Start => row[0];

    public ulong End => row[1];

    public int Young => (int)row[2];
}
