namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A vCPU is kicked without AVIC (arch/x86/kvm/trace.h, kvm_avic_kick_vcpu_slowpath).</summary>
public readonly ref struct KvmAvicKickVcpuSlowpath(EventRow row) : IKvmEvent<KvmAvicKickVcpuSlowpath>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_avic_kick_vcpu_slowpath",
        plugin: "icrh:icrl={icrh:#x8}:{icrl:x8}, index={index}",
        keys: "icrh icrl",
        values: "index",
        fields: "icrh icrl index");

    public static KvmAvicKickVcpuSlowpath Over(EventRow row) => new(row);

    public uint Icrh => (uint)row[0];

    public uint Icrl => (uint)row[1];

    public uint Index => (uint)row[2];
}
