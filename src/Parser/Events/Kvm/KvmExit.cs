using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A vCPU leaves the guest (arch/x86/kvm/trace.h, kvm_exit; class kvm_exit).</summary>
public readonly ref struct KvmExit(EventRow row) : IKvmEvent<KvmExit>
{
    private readonly EventRow row = row;

    internal const string Plugin = "reason {exit_reason:@exit-reason} rip 0x{guest_rip:x} info {info1:x} {info2:x}";

    internal const string Kernel =
        "vcpu {vcpu_id} reason {exit_reason:@exit-reason} rip 0x{guest_rip:x} info1 0x{info1:x16} info2 0x{info2:x16} " +
        "intr_info 0x{intr_info:x8} error_code 0x{error_code:x8}[ requests 0x{requests:x16}]";

    internal const string Aliases = "exit_reason=exit_code guest_rip=rip guest_rip=vcpu_pc";

    private const string OtherAliases = Aliases + " guest_rip=sepc guest_rip=pc info1=stval info2=htval error_code=htinst info1=dar info2=srr1 error_code=last_inst intr_info=msr";

    public static EventShape Shape { get; } = new(
        "kvm_exit",
        plugin: Plugin,
        kernel: Kernel,
        older:
        [
            "vcpu {vcpu_id} reason {exit_reason:@exit-reason-kernel} rip 0x{guest_rip:x} info {info1:x} {info2:x}",
            "reason {exit_reason:@exit-reason} rip 0x{guest_rip:x} {*} info {info1:x} {info2:x}",
            "reason {exit_reason:@exit-reason} rip 0x{guest_rip:x} info {info1:x} {info2:x} intr {intr_info:x}",
            "vcpu {vcpu_id} reason {exit_reason:@exit-reason} rip 0x{guest_rip:x}[ info1 0x{info1:x}][ info2 0x{info2:x}][ intr_info 0x{intr_info:x}][ error_code 0x{error_code:x}]",
            "reason {exit_reason:@exit-reason} rip 0x{guest_rip:x}",
            "SEPC:0x{guest_rip:x}, SCAUSE:{exit_reason:@riscv-exit}, STVAL:0x{info1:x}, HTVAL:0x{info2:x}, HTINST:0x{error_code:x}",
            "exit={exit_reason:@book3s-exit} | pc=0x{guest_rip:x} | msr=0x{intr_info:x} | dar=0x{info1:x} | srr1=0x{info2:x} | last_inst=0x{error_code:x}",
            "exit={exit_reason:@booke-exit} | pc=0x{guest_rip:x} | msr=0x{intr_info:x} | dar=0x{info1:x} | last_inst=0x{error_code:x}",
            "reason UNKNOWN-ISA rip 0x{guest_rip:x} info {info1:x} {info2:x}",
            "{exit_reason:@arm-exit}, PC: 0x{guest_rip:x16}",
            "\\[{exit_reason:@mips-exit}\\]PC: 0x{guest_rip:x8}",
            "vcpu {vcpu_id} \\[{exit_reason:@loongarch-exit}\\] PC: 0x{guest_rip:x8}",
            "\\[{exit_reason:@loongarch-exit}\\]PC: 0x{guest_rip:x8}",
            "PC: 0x{guest_rip:x}; exit count: {exit_count}",
            "PC: 0x{guest_rip:x}",
        ],
        fields: "vcpu_id exit_reason isa guest_rip info1 info2 intr_info error_code requests",
        keys: "exit_reason",
        rip: "guest_rip",
        aliases: OtherAliases,
        complete: Completions.ExitIsa,
        completeUnless: "isa");

    public static KvmExit Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    /// <summary>The full exit reason: basic reason in bits 15:0 on VMX, the exit code on SVM.</summary>
    public uint Reason => (uint)row[1];

    /// <summary>Old ARM text tells the place of an exit only.</summary>
    public bool HasReason => row.Has(1);

    public Isa Isa => (Isa)row[2];

    public ulong Rip => row[3];

    /// <summary>False where somebody cut the address out of the text.</summary>
    public bool HasRip => row.Has(3);

    /// <summary>VMX exit qualification; SVM EXITINFO1.</summary>
    public ulong Info1 => row[4];

    /// <summary>VMX: interruption or IDT-vectoring information, by kernel; SVM EXITINFO2.</summary>
    public ulong Info2 => row[5];

    public bool HasInfo => row.Has(4);

    /// <summary>VM-exit interruption information (VMX) or EXITINTINFO (SVM); absent in plugin text.</summary>
    public uint IntrInfo => (uint)row[6];

    public bool HasIntrInfo => row.Has(6);
}
