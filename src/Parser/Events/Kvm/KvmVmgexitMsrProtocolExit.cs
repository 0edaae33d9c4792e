namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>SEV-ES: the answer through the GHCB MSR (arch/x86/kvm/trace.h, kvm_vmgexit_msr_protocol_exit).</summary>
public readonly ref struct KvmVmgexitMsrProtocolExit(EventRow row) : IKvmEvent<KvmVmgexitMsrProtocolExit>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_vmgexit_msr_protocol_exit",
        plugin: "vcpu {vcpu_id}, ghcb_gpa {ghcb_gpa:x16}, result {result:d}",
        keys: "ghcb_gpa result",
        fields: "vcpu_id ghcb_gpa result");

    public static KvmVmgexitMsrProtocolExit Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public ulong GhcbGpa => row[1];

    public int Result => (int)row[2];
}
