using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>PowerPC in hypervisor mode: a vCPU leaves the guest (arch/powerpc/kvm/trace_hv.h).</summary>
public readonly ref struct KvmGuestExit(EventRow row) : IKvmEvent<KvmGuestExit>
{
    private readonly EventRow row = row;

    /// <summary>Its first slots are those of <see cref="KvmExit"/>, which is how it is read.</summary>
    public static EventShape Shape { get; } = new(
        "kvm_guest_exit",
        plugin: "VCPU {vcpu_id}: trap={trap:@book3s-exit} pc=0x{pc:x} msr=0x{msr:x}, ceded={ceded}",
        fields: "vcpu_id trap isa pc info1 info2 intr_info error_code requests msr ceded",
        keys: "trap",
        rip: "pc",
        system: "kvm_hv",
        complete: Completions.Book3s,
        completeUnless: "isa");

    public static KvmGuestExit Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    /// <summary>The vector of the interrupt that ended the guest's run.</summary>
    public uint Trap => (uint)row[1];

    public Isa Isa => (Isa)row[2];

    public ulong Pc => row[3];

    public ulong Msr => row[9];

    /// <summary>The guest gave its CPU up (H_CEDE) and waits for an interrupt.</summary>
    public bool Ceded => row[10] != 0;
}
