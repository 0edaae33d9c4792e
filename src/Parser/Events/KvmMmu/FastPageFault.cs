namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A fault tried without the MMU lock; emitted for each attempt (arch/x86/kvm/mmu/mmutrace.h, fast_page_fault).</summary>
public readonly ref struct FastPageFault(EventRow row) : IKvmEvent<FastPageFault>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "fast_page_fault",
        plugin: "vcpu {vcpu_id:d} gva {cr2_or_gpa:x} error_code {error_code:@pferr} sptep 0x{sptep:x} old {old_spte:#x} new {new_spte:x} spurious {spurious:d} fixed {fixed:d}",
        keys: "error_code spurious fixed",
        values: "sptep old_spte new_spte",
        address: "cr2_or_gpa",
        fields: "vcpu_id cr2_or_gpa error_code sptep old_spte new_spte spurious fixed ret",
        aliases: "cr2_or_gpa=gva",
        system: "kvmmmu",
        complete: Completions.FastPageFault);

    public static FastPageFault Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public ulong Cr2OrGpa => row[1];

    public ulong ErrorCode => row[2];

    public ulong Sptep => row[3];

    public ulong OldSpte => row[4];

    public ulong NewSpte => row[5];

    public bool Spurious => row[6] != 0;

    public bool Fixed => row[7] != 0;

    public int Ret => (int)row[8];
}
