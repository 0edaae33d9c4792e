namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The local APIC takes an interrupt (arch/x86/kvm/trace.h, kvm_apic_accept_irq).</summary>
public readonly ref struct KvmApicAcceptIrq(EventRow row) : IKvmEvent<KvmApicAcceptIrq>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_apic_accept_irq",
        plugin: "apicid {apicid:x} vec {vec} ({dm:8.3:Fixed|LowPrio|SMI|Res3|NMI|INIT|SIPI|ExtINT}|{tm:edge|level=32768|level=1})[?coalesced| (coalesced)]",
        keys: "dm tm vec",
        fields: "apicid dm tm vec");

    public static KvmApicAcceptIrq Over(EventRow row) => new(row);

    public uint Apicid => (uint)row[0];

    public uint Dm => (uint)row[1];

    public uint Tm => (uint)row[2];

    public uint Vector => (uint)row[3];
}
