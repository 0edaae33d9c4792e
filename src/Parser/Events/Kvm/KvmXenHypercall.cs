namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A Xen hypercall (arch/x86/kvm/trace.h, kvm_xen_hypercall).</summary>
public readonly ref struct KvmXenHypercall(EventRow row) : IKvmEvent<KvmXenHypercall>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_xen_hypercall",
        plugin: "cpl {cpl:d} nr 0x{nr:x} a0 0x{a0:x} a1 0x{a1:x} a2 0x{a2:x} a3 0x{a3:x} a4 0x{a4:x} a5 {a5:x}",
        older:
        [
            "nr 0x{nr:x} a0 0x{a0:x} a1 0x{a1:x} a2 0x{a2:x} a3 0x{a3:x} a4 0x{a4:x} a5 {a5:x}",
        ],
        keys: "nr",
        values: "a0 a1 a2 a3 a4 a5",
        fields: "cpl nr a0 a1 a2 a3 a4 a5");

    public static KvmXenHypercall Over(EventRow row) => new(row);

    public int Cpl => (int)row[0];

    public ulong Nr => row[1];

    public ulong A0 => row[2];

    public ulong A1 => row[3];

    public ulong A2 => row[4];

    public ulong A3 => row[5];

    public ulong A4 => row[6];

    public ulong A5 => row[7];
}
