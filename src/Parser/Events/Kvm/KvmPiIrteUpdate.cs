namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A posted-interrupt entry of the IOMMU changes (arch/x86/kvm/trace.h, kvm_pi_irte_update).</summary>
public readonly ref struct KvmPiIrteUpdate(EventRow row) : IKvmEvent<KvmPiIrteUpdate>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_pi_irte_update",
        plugin: "PI is {set:disabled|enabled and being updated} for irq {host_irq}, vcpu {vcpu_id:d}, gsi: 0x{gsi:x}, gvec: 0x{gvec:x}",
        older:
        [
            "PI is {set:disabled|enabled and being updated} for irq {host_irq}, vcpu {vcpu_id}, gsi: 0x{gsi:x}, gvec: 0x{gvec:x}, pi_desc_addr: 0x{pi_desc_addr:x}",
            "VT-d PI is {set:disabled|enabled and being updated} for irq {host_irq}, vcpu {vcpu_id}, gsi: 0x{gsi:x}, gvec: 0x{gvec:x}, pi_desc_addr: 0x{pi_desc_addr:x}",
        ],
        keys: "host_irq gsi gvec set",
        fields: "host_irq vcpu_id gsi gvec set pi_desc_addr");

    public static KvmPiIrteUpdate Over(EventRow row) => new(row);

    public uint HostIrq => (uint)row[0];

    public int VcpuId => (int)row[1];

    public bool HasVcpuId => row.Has(1);

    public uint Gsi => (uint)row[2];

    public uint Gvec => (uint)row[3];

    public bool Set => row[4] != 0;

    public ulong PiDescAddr => row[5];
}
