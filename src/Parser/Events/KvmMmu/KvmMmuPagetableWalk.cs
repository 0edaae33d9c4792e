namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A walk of guest page tables (or EPT12, NPT12) begins; the error code is cut to 32 bits (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_pagetable_walk).</summary>
public readonly ref struct KvmMmuPagetableWalk(EventRow row) : IKvmEvent<KvmMmuPagetableWalk>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_mmu_pagetable_walk",
        plugin: "addr {addr:x} pferr {pferr:x} {pferr:@pferr}",
        older:
        [
            "addr {addr:x} pferr {pferr:x}",
        ],
        keys: "pferr",
        address: "addr",
        fields: "addr pferr",
        system: "kvmmmu");

    public static KvmMmuPagetableWalk Over(EventRow row) => new(row);

    public ulong Addr => row[0];

    public uint Pferr => (uint)row[1];
}
