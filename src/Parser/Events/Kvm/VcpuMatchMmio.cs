namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The emulator used its cached translation of an MMIO page (arch/x86/kvm/trace.h, vcpu_match_mmio).</summary>
public readonly ref struct VcpuMatchMmio(EventRow row) : IKvmEvent<VcpuMatchMmio>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "vcpu_match_mmio",
        plugin: "gva {gva:#x} gpa {gpa:#x} {write:Read|Write} {gpa_match:GVA|GPA}",
        older: ["gpa {gpa:#x} {write:Read|Write} {gpa_match:GVA|GPA}"],
        keys: "gva write gpa_match",
        address: "gpa",
        fields: "gva gpa write gpa_match");

    public static VcpuMatchMmio Over(EventRow row) => new(row);

    public ulong Gva => row[0];

    public ulong Gpa => row[1];

    public bool Write => row[2] != 0;

    public bool GpaMatch => row[3] != 0;
}
