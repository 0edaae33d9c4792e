namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>AVIC left an access to KVM (arch/x86/kvm/trace.h, kvm_avic_unaccelerated_access).</summary>
public readonly ref struct KvmAvicUnacceleratedAccess(EventRow row) : IKvmEvent<KvmAvicUnacceleratedAccess>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_avic_unaccelerated_access",
        plugin: "vcpu={vcpu}, offset={offset:#x}({offset:@apic-reg}), {ft:fault|trap}, {rw:read|write}, vec={vec:#x}",
        keys: "offset ft rw vec",
        fields: "vcpu offset ft rw vec");

    public static KvmAvicUnacceleratedAccess Over(EventRow row) => new(row);

    public uint VcpuId => (uint)row[0];

    public uint Offset => (uint)row[1];

    public bool IsTrap => row[2] != 0;

    public bool IsWrite => row[3] != 0;

    public uint Vector => (uint)row[4];
}
