namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The guest faulted again on a page still awaited (arch/x86/kvm/trace.h, kvm_async_pf_repeated_fault).</summary>
public readonly ref struct KvmAsyncPfRepeatedFault(EventRow row) : IKvmEvent<KvmAsyncPfRepeatedFault>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_async_pf_repeated_fault",
        plugin: "gva = {gva:#x}, gfn = {gfn:#x}",
        keys: "gva",
        frame: "gfn",
        fields: "gva gfn");

    public static KvmAsyncPfRepeatedFault Over(EventRow row) => new(row);

    public ulong Gva => row[0];

    public ulong Gfn => row[1];

    public bool HasGfn => row.Has(1);
}
