namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>An I/O APIC pin changes (arch/x86/kvm/trace.h, kvm_ioapic_set_irq).</summary>
public readonly ref struct KvmIoapicSetIrq(EventRow row) : IKvmEvent<KvmIoapicSetIrq>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_ioapic_set_irq",
        plugin: "pin {pin} dst {e:56.8x} vec {e:0.8} ({e:8.3:Fixed|LowPrio|SMI|Res3|NMI|INIT|SIPI|ExtINT}|{e:11.1:physical|logical}|{e:15.1:edge|level}[?e.16||masked])[?coalesced| (coalesced)]",
        older:
        [
            "pin {pin} dst {e:56.8x} vec={e:0.8} ({e:8.3:Fixed|LowPrio|SMI|Res3|NMI|INIT|SIPI|ExtINT}|{e:11.1:physical|logical}|{e:15.1:edge|level}[?e.16||masked])[?coalesced| (coalesced)]",
        ],
        keys: "pin e coalesced",
        fields: "e pin coalesced");

    public static KvmIoapicSetIrq Over(EventRow row) => new(row);

    public ulong Entry => row[0];

    public int Pin => (int)row[1];

    public bool Coalesced => row[2] != 0;
}
