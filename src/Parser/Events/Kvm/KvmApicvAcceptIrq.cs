namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A virtual local APIC takes an interrupt (arch/x86/kvm/trace.h, kvm_apicv_accept_irq).</summary>
public readonly ref struct KvmApicvAcceptIrq(EventRow row) : IKvmEvent<KvmApicvAcceptIrq>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_apicv_accept_irq",
        plugin: "apicid {apicid:x} vec {vec} ({dm:8.3:Fixed|LowPrio|SMI|Res3|NMI|INIT|SIPI|ExtINT}|{tm:edge|level=32768|level=1})[?coalesced| (coalesced)]",
        keys: "dm tm vec",
        fields: "apicid dm tm vec");

    public static KvmApicvAcceptIrq Over(EventRow row) => new(row);

    public uint Apicid => (uint)row[0];

    public uint Dm => (uint)row[1];

    public uint Tm => (uint)row[2];

    public uint Vector => (uint)row[3];
}
