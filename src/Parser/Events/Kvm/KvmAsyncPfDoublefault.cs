namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The guest faulted again on a page still awaited (before Linux 5.19) (arch/x86/kvm/trace.h, kvm_async_pf_doublefault).</summary>
public readonly ref struct KvmAsyncPfDoublefault(EventRow row) : IKvmEvent<KvmAsyncPfDoublefault>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_async_pf_doublefault",
        plugin: "gva = {gva:#x}, gfn = {gfn:#x}",
        keys: "gva",
        frame: "gfn",
        fields: "gva gfn");

    public static KvmAsyncPfDoublefault Over(EventRow row) => new(row);

    public ulong Gva => row[0];

    public ulong Gfn => row[1];

    public bool HasGfn => row.Has(1);
}
