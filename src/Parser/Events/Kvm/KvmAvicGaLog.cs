namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>An entry of the guest-APIC log (arch/x86/kvm/trace.h, kvm_avic_ga_log).</summary>
public readonly ref struct KvmAvicGaLog(EventRow row) : IKvmEvent<KvmAvicGaLog>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_avic_ga_log",
        plugin: "vmid={vmid}, vcpuid={vcpuid}",
        fields: "vmid vcpuid");

    public static KvmAvicGaLog Over(EventRow row) => new(row);

    public uint Vmid => (uint)row[0];

    public uint Vcpuid => (uint)row[1];
}
