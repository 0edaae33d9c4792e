namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A trapped access to a control register (arch/x86/kvm/trace.h, kvm_cr).</summary>
public readonly ref struct KvmCr(EventRow row) : IKvmEvent<KvmCr>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_cr",
        plugin: "{rw:cr_read|cr_write} {cr:x} = 0x{val:x}",
        keys: "rw cr",
        values: "val",
        fields: "rw cr val");

    public static KvmCr Over(EventRow row) => new(row);

    public bool IsWrite => row[0] != 0;

    public int Cr => (int)row[1];

    public ulong Val => row[2];
}
