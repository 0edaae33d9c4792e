using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>An exit from L2, whoever handles it; since Linux 5.10 in the form of kvm_exit (arch/x86/kvm/trace.h, kvm_nested_vmexit).</summary>
public readonly ref struct KvmNestedVmexit(EventRow row) : IKvmEvent<KvmNestedVmexit>
{
    private readonly EventRow row = row;

    private const string Text =
        "vcpu {vcpu_id} reason {exit_reason:@exit-reason-kernel} rip 0x{guest_rip:x} info1 0x{info1:x16} info2 0x{info2:x16} " +
        "intr_info 0x{intr_info:x8} error_code 0x{error_code:x8}";

    private const string Requested = "[ requests 0x{requests:x16}]";

    public static EventShape Shape { get; } = new(
        "kvm_nested_vmexit",
        kernel: Text + Requested,
        older:
        [
            // trace-cmd's plugin looks for a field that went in 5.10; its complaint is no part of the event.
            "\\<CANT FIND FIELD rip>" + Text + Requested,
            "CAN'T FIND FIELD \"rip\"\\<CANT FIND FIELD exit_code>" + Text,
            "rip {guest_rip:x} reason {exit_reason:@exit-reason} info1 {info1:x} info2 {info2:x} int_info {intr_info:x} int_info_err {error_code:x}",
            "rip {guest_rip:x} {*} reason {exit_reason:@exit-reason} info1 {info1:x} info2 {info2:x} int_info {intr_info:x} int_info_err {error_code:x}",
            "rip: 0x{guest_rip:x16} reason: {exit_reason:@exit-reason-kernel} ext_inf1: 0x{info1:x16} ext_inf2: 0x{info2:x16} ext_int: 0x{intr_info:x8} ext_int_err: 0x{error_code:x8}",
            "vcpu {vcpu_id} reason {exit_reason:@exit-reason-kernel} rip 0x{guest_rip:x}[ info1 0x{info1:x16}][ info2 0x{info2:x16}][ intr_info 0x{intr_info:x8}][ error_code 0x{error_code:x8}]",
            "rip: 0x{guest_rip:x16} reason: {exit_reason:@exit-reason-kernel}",
        ],
        keys: "exit_reason",
        rip: "guest_rip",
        fields: "vcpu_id exit_reason isa guest_rip info1 info2 intr_info error_code requests",
        aliases: "exit_reason=exit_code guest_rip=rip info1=exit_info1 info2=exit_info2 intr_info=exit_int_info error_code=exit_int_info_err",
        complete: Completions.ExitIsa,
        completeUnless: "isa");

    public static KvmNestedVmexit Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public uint Reason => (uint)row[1];

    public Isa Isa => (Isa)row[2];

    public ulong Rip => row[3];

    public bool HasRip => row.Has(3);

    public ulong Info1 => row[4];

    public ulong Info2 => row[5];

    public uint IntrInfo => (uint)row[6];

    public uint ErrorCode => (uint)row[7];

    public ulong Requests => row[8];
}
