namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A reason against APICv comes or goes (before Linux 5.18) (arch/x86/kvm/trace.h, kvm_apicv_update_request).</summary>
public readonly ref struct KvmApicvUpdateRequest(EventRow row) : IKvmEvent<KvmApicvUpdateRequest>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_apicv_update_request",
        plugin: "{activate:deactivate|activate} bit={bit}",
        keys: "activate bit",
        fields: "activate bit");

    public static KvmApicvUpdateRequest Over(EventRow row) => new(row);

    public bool Activate => row[0] != 0;

    public uint Bit => (uint)row[1];
}
