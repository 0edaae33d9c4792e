using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>L1 starts L2 (kvm_nested_vmrun before Linux 6.2) (arch/x86/kvm/trace.h, kvm_nested_vmenter).</summary>
public readonly ref struct KvmNestedVmenter(EventRow row) : IKvmEvent<KvmNestedVmenter>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_nested_vmenter",
        plugin: "rip: 0x{rip:x16} {isa:vmcs=1|vmcb=2}: 0x{vmcb:x16} nested_rip: 0x{nested_rip:x16} int_ctl: 0x{int_ctl:x8} event_inj: 0x{event_inj:x8} nested_{tdp_name:ept=1|npt=2}={tdp_enabled:n|y} {pgd_name:guest_cr3|nested_eptp|nested_cr3}: 0x{guest_pgd:x16}",
        older:
        [
            "rip: 0x{rip:x16} {isa:vmcs=1|vmcb=2}: 0x{vmcb:x16} nested_rip: 0x{nested_rip:x16} int_ctl: 0x{int_ctl:x8} event_inj: 0x{event_inj:x8} nested_{tdp_name:ept=1|npt=2}={tdp_enabled:n|y} guest cr3: 0x{guest_pgd:x16}",
            "rip: 0x{rip:x16} {isa:vmcs=1|vmcb=2}: 0x{vmcb:x16} nrip: 0x{nested_rip:x16} int_ctl: 0x{int_ctl:x8} event_inj: 0x{event_inj:x8} npt: {tdp_enabled:off|on}",
            "rip: 0x{rip:x16} {isa:vmcs=1|vmcb=2}: 0x{vmcb:x16} nested_rip: 0x{nested_rip:x16} int_ctl: 0x{int_ctl:x8} event_inj: 0x{event_inj:x8} nested_{tdp_name:ept=1|npt=2}={tdp_enabled:n|y}",
            "rip: 0x{rip:x16} {isa:vmcs=1|vmcb=2}: 0x{vmcb:x16}[ nested_rip: 0x{nested_rip:x16}][ int_ctl: 0x{int_ctl:x8}][ event_inj: 0x{event_inj:x8}]",
        ],
        keys: "nested_rip",
        values: "vmcb",
        rip: "rip",
        fields: "rip vmcb nested_rip int_ctl event_inj tdp_enabled guest_pgd isa pgd_name tdp_name",
        aliases: "nested_rip=nrip tdp_enabled=npt",
        complete: Completions.NestedEntry);

    public static KvmNestedVmenter Over(EventRow row) => new(row);

    public ulong Rip => row[0];

    public ulong Vmcb => row[1];

    public ulong NestedRip => row[2];

    public uint IntCtl => (uint)row[3];

    public uint EventInj => (uint)row[4];

    public bool TdpEnabled => row[5] != 0;

    public ulong GuestPgd => row[6];

    public Isa Isa => (Isa)row[7];

    public uint PgdName => (uint)row[8];

    public uint TdpName => (uint)row[9];
}
