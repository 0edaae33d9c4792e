namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The guest is told to wait for a page (arch/x86/kvm/trace.h, kvm_async_pf_not_present).</summary>
public readonly ref struct KvmAsyncPfNotPresent(EventRow row) : IKvmEvent<KvmAsyncPfNotPresent>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_async_pf_not_present",
        plugin: "token {token:#x} gva {gva:#x}",
        keys: "gva",
        values: "token",
        fields: "token gva");

    public static KvmAsyncPfNotPresent Over(EventRow row) => new(row);

    public ulong Token => row[0];

    public ulong Gva => row[1];
}
