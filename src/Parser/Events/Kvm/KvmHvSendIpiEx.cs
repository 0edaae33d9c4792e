namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>Hyper-V interprocessor interrupt, sparse processor set (arch/x86/kvm/trace.h, kvm_hv_send_ipi_ex).</summary>
public readonly ref struct KvmHvSendIpiEx(EventRow row) : IKvmEvent<KvmHvSendIpiEx>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_send_ipi_ex",
        plugin: "vector {vector:x} format {format:x} valid_bank_mask 0x{valid_bank_mask:x}",
        keys: "vector format valid_bank_mask",
        fields: "vector format valid_bank_mask");

    public static KvmHvSendIpiEx Over(EventRow row) => new(row);

    public uint Vector => (uint)row[0];

    public ulong Format => row[1];

    public ulong ValidBankMask => row[2];
}
