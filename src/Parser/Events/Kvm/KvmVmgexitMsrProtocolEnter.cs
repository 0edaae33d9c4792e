namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>SEV-ES: a request through the GHCB MSR (arch/x86/kvm/trace.h, kvm_vmgexit_msr_protocol_enter).</summary>
public readonly ref struct KvmVmgexitMsrProtocolEnter(EventRow row) : IKvmEvent<KvmVmgexitMsrProtocolEnter>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_vmgexit_msr_protocol_enter",
        plugin: "vcpu {vcpu_id}, ghcb_gpa {ghcb_gpa:x16}",
        keys: "ghcb_gpa",
        fields: "vcpu_id ghcb_gpa");

    public static KvmVmgexitMsrProtocolEnter Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public ulong GhcbGpa => row[1];
}
