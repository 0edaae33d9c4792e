namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>PowerPC in hypervisor mode: a vCPU enters the guest (arch/powerpc/kvm/trace_hv.h).</summary>
public readonly ref struct KvmGuestEnter(EventRow row) : IKvmEvent<KvmGuestEnter>
{
    private readonly EventRow row = row;

    /// <summary>Its first slots are those of <see cref="KvmEntry"/>, which is how it is read.</summary>
    public static EventShape Shape { get; } = new(
        "kvm_guest_enter",
        plugin: "VCPU {vcpu_id}: pc=0x{pc:x} pexcp=0x{pending_exceptions:x} ceded={ceded}",
        rip: "pc",
        fields: "vcpu_id pc intr_info error_code immediate_exit guest_mode pending_exceptions ceded",
        system: "kvm_hv");

    public static KvmGuestEnter Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    /// <summary>Where the guest goes on.</summary>
    public ulong Pc => row[1];

    public ulong PendingExceptions => row[6];

    public bool Ceded => row[7] != 0;
}
