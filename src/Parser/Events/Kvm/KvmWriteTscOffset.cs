namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The guest's TSC offset changes (arch/x86/kvm/trace.h, kvm_write_tsc_offset).</summary>
public readonly ref struct KvmWriteTscOffset(EventRow row) : IKvmEvent<KvmWriteTscOffset>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_write_tsc_offset",
        plugin: "vcpu={vcpu_id} prev={previous_tsc_offset} next={next_tsc_offset}",
        values: "previous_tsc_offset next_tsc_offset",
        fields: "vcpu_id previous_tsc_offset next_tsc_offset");

    public static KvmWriteTscOffset Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public ulong PreviousTscOffset => row[1];

    public ulong NextTscOffset => row[2];
}
