namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>System-management mode (before Linux 5.19) (arch/x86/kvm/trace.h, kvm_enter_smm).</summary>
public readonly ref struct KvmEnterSmm(EventRow row) : IKvmEvent<KvmEnterSmm>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_enter_smm",
        plugin: "vcpu {vcpu_id}: {entering:leaving|entering} SMM, smbase 0x{smbase:x}",
        keys: "entering smbase",
        fields: "vcpu_id smbase entering");

    public static KvmEnterSmm Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public ulong Smbase => row[1];

    public bool Entering => row[2] != 0;
}
