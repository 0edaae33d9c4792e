namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The guest wrote the interrupt command register (arch/x86/kvm/trace.h, kvm_apic_ipi).</summary>
public readonly ref struct KvmApicIpi(EventRow row) : IKvmEvent<KvmApicIpi>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_apic_ipi",
        plugin: "dst {dest_id:x} vec {icr_low:0.8} ({icr_low:8.3:Fixed|LowPrio|SMI|Res3|NMI|INIT|SIPI|ExtINT}|{icr_low:11.1:physical|logical}|{icr_low:14.1:de-assert|assert}|{icr_low:15.1:edge|level}|{icr_low:18.2:dst|self|all|all-but-self})",
        keys: "dest_id icr_low",
        fields: "dest_id icr_low");

    public static KvmApicIpi Over(EventRow row) => new(row);

    public uint DestId => (uint)row[0];

    public uint IcrLow => (uint)row[1];
}
