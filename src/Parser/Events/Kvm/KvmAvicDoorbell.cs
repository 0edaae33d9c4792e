namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A doorbell is rung (arch/x86/kvm/trace.h, kvm_avic_doorbell).</summary>
public readonly ref struct KvmAvicDoorbell(EventRow row) : IKvmEvent<KvmAvicDoorbell>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_avic_doorbell",
        plugin: "vcpuid={vcpuid}, apicid={apicid}",
        fields: "vcpuid apicid");

    public static KvmAvicDoorbell Over(EventRow row) => new(row);

    public uint Vcpuid => (uint)row[0];

    public uint Apicid => (uint)row[1];
}
