namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>L1 starts L2; the name of kvm_nested_vmenter up to Linux 6.1, SVM only (arch/x86/kvm/trace.h, kvm_nested_vmrun).</summary>
public readonly ref struct KvmNestedVmrun(EventRow row) : IKvmEvent<KvmNestedVmrun>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_nested_vmrun",
        plugin: "rip: 0x{rip:x16} vmcb: 0x{vmcb:x16} nrip: 0x{nested_rip:x16} int_ctl: 0x{int_ctl:x8} event_inj: 0x{event_inj:x8} npt: {npt:off|on}",
        keys: "nested_rip",
        values: "vmcb",
        rip: "rip",
        fields: "rip vmcb nested_rip int_ctl event_inj npt");

    public static KvmNestedVmrun Over(EventRow row) => new(row);

    public ulong Rip => row[0];

    public ulong Vmcb => row[1];

    public ulong NestedRip => row[2];

    public uint IntCtl => (uint)row[3];

    public uint EventInj => (uint)row[4];

    public bool Npt => row[5] != 0;
}
