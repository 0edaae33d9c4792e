namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>What L1 intercepts (arch/x86/kvm/trace.h, kvm_nested_intercepts).</summary>
public readonly ref struct KvmNestedIntercepts(EventRow row) : IKvmEvent<KvmNestedIntercepts>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_nested_intercepts",
        plugin: "cr_read: {cr_read:x4} cr_write: {cr_write:x4} excp: {exceptions:x8} intercepts: {intercept1:x8} {intercept2:x8} {intercept3:x8}",
        older:
        [
            "cr_read: {cr_read:x4} cr_write: {cr_write:x4} excp: {exceptions:x8} intercept: {intercepts:x16}",
            "cr_read: {cr_read:x4} cr_write: {cr_write:x4} excp: {exceptions:x8} intercepts: {intercepts:x16}",
        ],
        fields: "cr_read cr_write exceptions intercept1 intercept2 intercept3 intercepts");

    public static KvmNestedIntercepts Over(EventRow row) => new(row);

    public uint CrRead => (uint)row[0];

    public uint CrWrite => (uint)row[1];

    public uint Exceptions => (uint)row[2];

    public uint Intercept1 => (uint)row[3];

    public uint Intercept2 => (uint)row[4];

    public uint Intercept3 => (uint)row[5];

    public ulong Intercepts => row[6];
}
