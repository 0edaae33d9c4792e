namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>Hyper-V TLB flush (arch/x86/kvm/trace.h, kvm_hv_flush_tlb).</summary>
public readonly ref struct KvmHvFlushTlb(EventRow row) : IKvmEvent<KvmHvFlushTlb>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_flush_tlb",
        plugin: "processor_mask 0x{processor_mask:x} address_space 0x{address_space:x} flags 0x{flags:x} [?guest_mode|(L2)]",
        keys: "processor_mask flags guest_mode",
        values: "address_space",
        fields: "processor_mask address_space flags guest_mode");

    public static KvmHvFlushTlb Over(EventRow row) => new(row);

    public ulong ProcessorMask => row[0];

    public ulong AddressSpace => row[1];

    public ulong Flags => row[2];

    public bool GuestMode => row[3] != 0;
}
