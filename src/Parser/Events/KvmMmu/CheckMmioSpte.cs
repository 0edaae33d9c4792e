namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>The generation of an MMIO marker is compared (arch/x86/kvm/mmu/mmutrace.h, check_mmio_spte).</summary>
public readonly ref struct CheckMmioSpte(EventRow row) : IKvmEvent<CheckMmioSpte>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "check_mmio_spte",
        plugin: "spte {spte:x} kvm_gen {kvm_gen:x} spte-gen {spte_gen:x} valid {valid:d}",
        keys: "valid",
        values: "spte kvm_gen spte_gen",
        fields: "kvm_gen spte_gen spte valid",
        system: "kvmmmu",
        complete: Completions.MmioGeneration);

    public static CheckMmioSpte Over(EventRow row) => new(row);

    public uint KvmGen => (uint)row[0];

    public uint SpteGen => (uint)row[1];

    public ulong Spte => row[2];

    public bool Valid => row[3] != 0;
}
