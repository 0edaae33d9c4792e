namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A level interrupt is injected again after a delay (arch/x86/kvm/trace.h, kvm_ioapic_delayed_eoi_inj).</summary>
public readonly ref struct KvmIoapicDelayedEoiInj(EventRow row) : IKvmEvent<KvmIoapicDelayedEoiInj>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_ioapic_delayed_eoi_inj",
        plugin: "dst {e:56.8x} vec {e:0.8} ({e:8.3:Fixed|LowPrio|SMI|Res3|NMI|INIT|SIPI|ExtINT}|{e:11.1:physical|logical}|{e:15.1:edge|level}[?e.16||masked])",
        older:
        [
            "dst {e:56.8x} vec={e:0.8} ({e:8.3:Fixed|LowPrio|SMI|Res3|NMI|INIT|SIPI|ExtINT}|{e:11.1:physical|logical}|{e:15.1:edge|level}[?e.16||masked])",
        ],
        keys: "e",
        fields: "e");

    public static KvmIoapicDelayedEoiInj Over(EventRow row) => new(row);

    public ulong Entry => row[0];
}
