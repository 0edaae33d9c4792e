namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>An asynchronous page fault was served (arch/x86/kvm/trace.h, kvm_async_pf_completed).</summary>
public readonly ref struct KvmAsyncPfCompleted(EventRow row) : IKvmEvent<KvmAsyncPfCompleted>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_async_pf_completed",
        plugin: "gva {gva:#x} address {address:#x}",
        keys: "gva",
        values: "address",
        fields: "address gva");

    public static KvmAsyncPfCompleted Over(EventRow row) => new(row);

    public ulong Address => row[0];

    public ulong Gva => row[1];
}
