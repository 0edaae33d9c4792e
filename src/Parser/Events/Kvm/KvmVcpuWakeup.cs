namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A halted vCPU goes on (arch/x86/kvm/trace.h, kvm_vcpu_wakeup).</summary>
public readonly ref struct KvmVcpuWakeup(EventRow row) : IKvmEvent<KvmVcpuWakeup>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_vcpu_wakeup",
        plugin: "{waited:poll|wait} time {ns:d} ns, polling {valid:invalid|valid}",
        older:
        [
            "{waited:poll|wait} time {ns:d} ns",
        ],
        keys: "waited",
        values: "ns",
        fields: "ns waited valid");

    public static KvmVcpuWakeup Over(EventRow row) => new(row);

    public long Ns => (long)row[0];

    public bool Waited => row[1] != 0;

    public bool Valid => row[2] != 0;
}
