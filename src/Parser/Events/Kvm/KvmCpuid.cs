namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>CPUID was emulated (arch/x86/kvm/trace.h, kvm_cpuid).</summary>
public readonly ref struct KvmCpuid(EventRow row) : IKvmEvent<KvmCpuid>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_cpuid",
        plugin: "func {function:x} idx {index:x} rax {rax:x} rbx {rbx:x} rcx {rcx:x} rdx {rdx:x}, cpuid entry {found:not found|found}[?used_max_basic|, used max basic]",
        older:
        [
            "func {function:x} idx {index:x} rax {rax:x} rbx {rbx:x} rcx {rcx:x} rdx {rdx:x}",
            "func {function:x} rax {rax:x} rbx {rbx:x} rcx {rcx:x} rdx {rdx:x}, cpuid entry {found:not found|found}",
            "func {function:x} rax {rax:x} rbx {rbx:x} rcx {rcx:x} rdx {rdx:x}",
        ],
        keys: "function index",
        values: "rax rbx rcx rdx",
        fields: "function index rax rbx rcx rdx found used_max_basic");

    public static KvmCpuid Over(EventRow row) => new(row);

    public uint Function => (uint)row[0];

    public uint Index => (uint)row[1];

    public ulong Rax => row[2];

    public ulong Rbx => row[3];

    public ulong Rcx => row[4];

    public ulong Rdx => row[5];

    public bool Found => row[6] != 0;

    public bool UsedMaxBasic => row[7] != 0;
}
