namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A walk ends in a fault (arch/x86/kvm/mmu/mmutrace.h, kvm_mmu_walker_error).</summary>
public readonly ref struct KvmMmuWalkerError(EventRow row) : IKvmEvent<KvmMmuWalkerError>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_mmu_walker_error",
        plugin: "pferr {pferr:x} {pferr:@pferr}",
        keys: "pferr",
        fields: "pferr",
        system: "kvmmmu");

    public static KvmMmuWalkerError Over(EventRow row) => new(row);

    public uint Pferr => (uint)row[0];
}
