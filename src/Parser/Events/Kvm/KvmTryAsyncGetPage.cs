namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A page is fetched asynchronously (arch/x86/kvm/trace.h, kvm_try_async_get_page).</summary>
public readonly ref struct KvmTryAsyncGetPage(EventRow row) : IKvmEvent<KvmTryAsyncGetPage>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_try_async_get_page",
        plugin: "gva = {gva:#x}, gfn = {gfn:#x}",
        keys: "gva",
        frame: "gfn",
        fields: "gva gfn");

    public static KvmTryAsyncGetPage Over(EventRow row) => new(row);

    public ulong Gva => row[0];

    public ulong Gfn => row[1];

    public bool HasGfn => row.Has(1);
}
