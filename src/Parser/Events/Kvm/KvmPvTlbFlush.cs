namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A remote TLB flush left to the paravirtual flag (arch/x86/kvm/trace.h, kvm_pv_tlb_flush).</summary>
public readonly ref struct KvmPvTlbFlush(EventRow row) : IKvmEvent<KvmPvTlbFlush>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_pv_tlb_flush",
        plugin: "vcpu {vcpu_id} need_flush_tlb {need_flush_tlb:false|true}",
        keys: "need_flush_tlb",
        fields: "vcpu_id need_flush_tlb");

    public static KvmPvTlbFlush Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public bool NeedFlushTlb => row[1] != 0;
}
