namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>L1's attempt to start L2 failed a consistency check (arch/x86/kvm/trace.h, kvm_nested_vmenter_failed).</summary>
public readonly ref struct KvmNestedVmenterFailed(EventRow row) : IKvmEvent<KvmNestedVmenterFailed>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_nested_vmenter_failed",
        plugin: "{msg:s}",
        keys: "msg",
        fields: "msg err");

    public static KvmNestedVmenterFailed Over(EventRow row) => new(row);

    public string Msg => System.Text.Encoding.UTF8.GetString(row.TextOf(row[0]));

    public uint Err => (uint)row[1];
}
