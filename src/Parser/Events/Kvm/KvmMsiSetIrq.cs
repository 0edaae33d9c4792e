namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A message-signalled interrupt (arch/x86/kvm/trace.h, kvm_msi_set_irq).</summary>
public readonly ref struct KvmMsiSetIrq(EventRow row) : IKvmEvent<KvmMsiSetIrq>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_msi_set_irq",
        plugin: "dst {dst:x} vec {data:0.8} ({data:8.3:Fixed|LowPrio|SMI|Res3|NMI|INIT|SIPI|ExtINT}|{address:2.1:physical|logical}|{data:15.1:edge|level}[?address.3||rh])",
        older:
        [
            "dst {dst:x} vec={data:0.8} ({data:8.3:Fixed|LowPrio|SMI|Res3|NMI|INIT|SIPI|ExtINT}|{address:2.1:physical|logical}|{data:15.1:edge|level}[?address.3||rh])",
        ],
        keys: "dst data address",
        fields: "address data dst",
        complete: Completions.MsiDestination);

    public static KvmMsiSetIrq Over(EventRow row) => new(row);

    public ulong Address => row[0];

    public ulong Data => row[1];

    public ulong Dst => row[2];
}
