namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A fault for the MMU: VMX reports the raw exit qualification in error_code, SVM EXITINFO1, shadow paging the x86 code (arch/x86/kvm/trace.h, kvm_page_fault).</summary>
public readonly ref struct KvmPageFault(EventRow row) : IKvmEvent<KvmPageFault>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_page_fault",
        plugin: "vcpu {vcpu_id} rip 0x{guest_rip:x} address 0x{fault_address:x16} error_code 0x{error_code:x}",
        older:
        [
            "address {fault_address:x} error_code {error_code:x}",
        ],
        keys: "error_code",
        rip: "guest_rip",
        address: "fault_address",
        fields: "vcpu_id guest_rip fault_address error_code",
        aliases: "guest_rip=rip guest_rip=ip fault_address=address");

    public static KvmPageFault Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public ulong Rip => row[1];

    public bool HasRip => row.Has(1);

    public ulong FaultAddress => row[2];

    public ulong ErrorCode => row[3];
}
