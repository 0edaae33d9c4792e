using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>L0 hands an exit to L1 (arch/x86/kvm/trace.h, kvm_nested_vmexit_inject).</summary>
public readonly ref struct KvmNestedVmexitInject(EventRow row) : IKvmEvent<KvmNestedVmexitInject>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_nested_vmexit_inject",
        plugin: "reason {exit_code:@exit-reason} info1 {exit_info1:x} info2 {exit_info2:x} int_info {exit_int_info:x} int_info_err {exit_int_info_err:x}",
        kernel: "reason: {exit_code:@exit-reason} ext_inf1: 0x{exit_info1:x16} ext_inf2: 0x{exit_info2:x16} ext_int: 0x{exit_int_info:x8} ext_int_err: 0x{exit_int_info_err:x8}",
        older:
        [
            "reason: {exit_code:@exit-reason} ext_inf1: 0x{exit_info1:x16}[ ext_inf2: 0x{exit_info2:x16}][ ext_int: 0x{exit_int_info:x8}][ ext_int_err: 0x{exit_int_info_err:x8}]",
            "reason: {exit_code:@exit-reason}",
        ],
        keys: "exit_code",
        fields: "exit_code isa exit_info1 exit_info2 exit_int_info exit_int_info_err",
        aliases: "exit_code=exit_reason",
        complete: Completions.ExitIsa,
        completeUnless: "isa");

    public static KvmNestedVmexitInject Over(EventRow row) => new(row);

    public uint Reason => (uint)row[0];

    public Isa Isa => (Isa)row[1];

    public ulong ExitInfo1 => row[2];

    public ulong ExitInfo2 => row[3];

    public uint ExitIntInfo => (uint)row[4];

    public uint ExitIntInfoErr => (uint)row[5];
}
