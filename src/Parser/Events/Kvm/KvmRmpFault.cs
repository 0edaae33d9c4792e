namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>SEV-SNP: a fault of the reverse map (arch/x86/kvm/trace.h, kvm_rmp_fault).</summary>
public readonly ref struct KvmRmpFault(EventRow row) : IKvmEvent<KvmRmpFault>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_rmp_fault",
        plugin: "vcpu {vcpu_id} gpa {gpa:x16} pfn 0x{pfn:x} error_code 0x{error_code:x} rmp_level {rmp_level:d} psmash_ret {psmash_ret:d}",
        keys: "error_code rmp_level psmash_ret",
        values: "pfn",
        address: "gpa",
        fields: "vcpu_id gpa pfn error_code rmp_level psmash_ret");

    public static KvmRmpFault Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public ulong Gpa => row[1];

    public ulong Pfn => row[2];

    public ulong ErrorCode => row[3];

    public int RmpLevel => (int)row[4];

    public int PsmashRet => (int)row[5];
}
