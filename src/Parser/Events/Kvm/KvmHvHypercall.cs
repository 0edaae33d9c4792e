namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A Hyper-V hypercall (arch/x86/kvm/trace.h, kvm_hv_hypercall).</summary>
public readonly ref struct KvmHvHypercall(EventRow row) : IKvmEvent<KvmHvHypercall>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_hypercall",
        plugin: "code 0x{code:x} {fast:slow|fast} var_cnt 0x{var_cnt:x} rep_cnt 0x{rep_cnt:x} idx 0x{rep_idx:x} in 0x{ingpa:x} out 0x{outgpa:x}",
        older:
        [
            "code 0x{code:x} {fast:slow|fast} cnt 0x{rep_cnt:x} idx 0x{rep_idx:x} in 0x{ingpa:x} out 0x{outgpa:x}",
        ],
        keys: "code fast rep_cnt rep_idx var_cnt",
        values: "ingpa outgpa",
        fields: "rep_cnt rep_idx ingpa outgpa code var_cnt fast");

    public static KvmHvHypercall Over(EventRow row) => new(row);

    public uint RepCnt => (uint)row[0];

    public uint RepIdx => (uint)row[1];

    public ulong Ingpa => row[2];

    public ulong Outgpa => row[3];

    public uint Code => (uint)row[4];

    public uint VarCnt => (uint)row[5];

    public bool Fast => row[6] != 0;
}
