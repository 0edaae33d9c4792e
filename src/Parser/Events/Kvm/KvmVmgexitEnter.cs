namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>SEV-ES: a request of the guest through its GHCB (arch/x86/kvm/trace.h, kvm_vmgexit_enter).</summary>
public readonly ref struct KvmVmgexitEnter(EventRow row) : IKvmEvent<KvmVmgexitEnter>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_vmgexit_enter",
        plugin: "vcpu {vcpu_id}, exit_reason {exit_reason:x}, exit_info1 {info1:x}, exit_info2 {info2:x}",
        keys: "exit_reason",
        values: "info1 info2",
        fields: "vcpu_id exit_reason info1 info2");

    public static KvmVmgexitEnter Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public ulong Reason => row[1];

    public ulong Info1 => row[2];

    public ulong Info2 => row[3];
}
