namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>LoongArch and MIPS: a vCPU enters the guest, again after an exit that KVM handled (arch/loongarch/kvm/trace.h, class kvm_transition).</summary>
public readonly ref struct KvmReenter(EventRow row) : IKvmEvent<KvmReenter>
{
    private readonly EventRow row = row;

    /// <summary>Its slots are those of <see cref="KvmEntry"/>, which is how it is read.</summary>
    public static EventShape Shape { get; } = new(
        "kvm_reenter",
        plugin: "vcpu {vcpu_id} PC: 0x{rip:x8}",
        older: ["PC: 0x{rip:x8}"],
        rip: "rip",
        fields: "vcpu_id rip intr_info error_code immediate_exit guest_mode",
        aliases: "rip=pc");

    public static KvmReenter Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    /// <summary>Where the guest goes on.</summary>
    public ulong Rip => row[1];
}
