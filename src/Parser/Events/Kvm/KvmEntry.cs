namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A vCPU enters the guest (arch/x86/kvm/trace.h, kvm_entry).</summary>
public readonly ref struct KvmEntry(EventRow row) : IKvmEvent<KvmEntry>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_entry",
        plugin: " vcpu {vcpu_id}[ rip 0x{rip:x}]",
        kernel: "vcpu {vcpu_id}, rip 0x{rip:x}[ intr_info 0x{intr_info:x8} error_code 0x{error_code:x8}][?immediate_exit|\\[immediate exit\\]]",
        older:
        [
            "vcpu {vcpu_id}, rip 0x{rip:x} inj 0x{intr_info:x} inj_error_code 0x{error_code:x}[?guest_mode|\\[guest\\]]",
            " vcpu {vcpu_id} rip 0x{rip:x} {*}",
            "PC: 0x{rip:x16}",
            "PC: 0x016{rip:x}", // RISC-V, whose format means %016lx
        ],
        rip: "rip",
        aliases: "rip=vcpu_pc rip=pc");

    public static KvmEntry Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    /// <summary>Where the guest goes on; absent before Linux 5.x.</summary>
    public ulong Rip => row[1];

    public bool HasRip => row.Has(1);

    /// <summary>The event injected at entry, in the vendor's format (bit 31 = valid).</summary>
    public uint IntrInfo => (uint)row[2];
}
