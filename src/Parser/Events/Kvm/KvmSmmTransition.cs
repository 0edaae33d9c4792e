namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>System-management mode (arch/x86/kvm/trace.h, kvm_smm_transition).</summary>
public readonly ref struct KvmSmmTransition(EventRow row) : IKvmEvent<KvmSmmTransition>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_smm_transition",
        plugin: "vcpu {vcpu_id}: {entering:leaving|entering} SMM, smbase 0x{smbase:x}",
        keys: "entering smbase",
        fields: "vcpu_id smbase entering");

    public static KvmSmmTransition Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public ulong Smbase => row[1];

    public bool Entering => row[2] != 0;
}
