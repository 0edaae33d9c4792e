using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>LoongArch: the guest waits for an interrupt; its exit, for an instruction of the hypervisor's, came before (arch/loongarch/kvm/trace.h).</summary>
public readonly ref struct KvmExitIdle(EventRow row) : IKvmEvent<KvmExitIdle>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_exit_idle",
        plugin: "vcpu {vcpu_id} \\[{reason:@loongarch-exit}\\] PC: 0x{pc:x8}",
        older: ["\\[{reason:@loongarch-exit}\\]PC: 0x{pc:x8}"],
        fields: "vcpu_id reason isa pc",
        keys: "reason",
        rip: "pc",
        complete: Completions.LoongArch,
        completeUnless: "isa");

    public static KvmExitIdle Over(EventRow row) => new(row);

    public uint Reason => (uint)row[1];

    public Isa Isa => (Isa)row[2];

    public ulong Pc => row[3];
}
