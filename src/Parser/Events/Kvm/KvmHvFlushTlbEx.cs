namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>Hyper-V TLB flush, sparse processor set (arch/x86/kvm/trace.h, kvm_hv_flush_tlb_ex).</summary>
public readonly ref struct KvmHvFlushTlbEx(EventRow row) : IKvmEvent<KvmHvFlushTlbEx>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_flush_tlb_ex",
        plugin: "valid_bank_mask 0x{valid_bank_mask:x} format 0x{format:x} address_space 0x{address_space:x} flags 0x{flags:x} [?guest_mode|(L2)]",
        keys: "valid_bank_mask format flags guest_mode",
        values: "address_space",
        fields: "valid_bank_mask format address_space flags guest_mode");

    public static KvmHvFlushTlbEx Over(EventRow row) => new(row);

    public ulong ValidBankMask => row[0];

    public ulong Format => row[1];

    public ulong AddressSpace => row[2];

    public ulong Flags => row[3];

    public bool GuestMode => row[4] != 0;
}
