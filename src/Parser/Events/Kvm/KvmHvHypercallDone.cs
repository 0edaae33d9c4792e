namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A Hyper-V hypercall returns (arch/x86/kvm/trace.h, kvm_hv_hypercall_done).</summary>
public readonly ref struct KvmHvHypercallDone(EventRow row) : IKvmEvent<KvmHvHypercallDone>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_hv_hypercall_done",
        plugin: "result 0x{result:x}",
        keys: "result",
        fields: "result");

    public static KvmHvHypercallDone Over(EventRow row) => new(row);

    public ulong Result => row[0];
}
