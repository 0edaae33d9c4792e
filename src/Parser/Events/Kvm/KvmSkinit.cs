namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>L1 executed SKINIT (arch/x86/kvm/trace.h, kvm_skinit).</summary>
public readonly ref struct KvmSkinit(EventRow row) : IKvmEvent<KvmSkinit>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_skinit",
        plugin: "rip: 0x{rip:x16} slb: 0x{slb:x8}",
        keys: "slb",
        rip: "rip",
        fields: "rip slb");

    public static KvmSkinit Over(EventRow row) => new(row);

    public ulong Rip => row[0];

    public uint Slb => (uint)row[1];
}
