namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The guest is told that a page is there (arch/x86/kvm/trace.h, kvm_async_pf_ready).</summary>
public readonly ref struct KvmAsyncPfReady(EventRow row) : IKvmEvent<KvmAsyncPfReady>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_async_pf_ready",
        plugin: "token {token:#x} gva {gva:#x}",
        keys: "gva",
        values: "token",
        fields: "token gva");

    public static KvmAsyncPfReady Over(EventRow row) => new(row);

    public ulong Token => row[0];

    public ulong Gva => row[1];
}
