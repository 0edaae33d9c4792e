namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>A fault met an MMIO marker (arch/x86/kvm/mmu/mmutrace.h, handle_mmio_page_fault).</summary>
public readonly ref struct HandleMmioPageFault(EventRow row) : IKvmEvent<HandleMmioPageFault>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "handle_mmio_page_fault",
        plugin: "addr:{addr:x} gfn {gfn:x} access {access:x}",
        keys: "access",
        address: "addr",
        frame: "gfn",
        fields: "addr gfn access",
        system: "kvmmmu");

    public static HandleMmioPageFault Over(EventRow row) => new(row);

    public ulong Addr => row[0];

    public ulong Gfn => row[1];

    public bool HasGfn => row.Has(1);

    public uint Access => (uint)row[2];

    public bool HasAccess => row.Has(2);
}
