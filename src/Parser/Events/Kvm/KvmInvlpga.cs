namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>L1 executed INVLPGA (arch/x86/kvm/trace.h, kvm_invlpga).</summary>
public readonly ref struct KvmInvlpga(EventRow row) : IKvmEvent<KvmInvlpga>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_invlpga",
        plugin: "rip: 0x{rip:x16} asid: {asid:d} address: 0x{address:x16}",
        keys: "asid address",
        rip: "rip",
        fields: "rip asid address");

    public static KvmInvlpga Over(EventRow row) => new(row);

    public ulong Rip => row[0];

    public uint Asid => (uint)row[1];

    public ulong Address => row[2];
}
