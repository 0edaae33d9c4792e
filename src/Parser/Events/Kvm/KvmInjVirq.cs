namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>An interrupt is injected (arch/x86/kvm/trace.h, kvm_inj_virq).</summary>
public readonly ref struct KvmInjVirq(EventRow row) : IKvmEvent<KvmInjVirq>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_inj_virq",
        plugin: "{soft:IRQ|Soft/INTn} 0x{vector:x}[?reinjected| \\[reinjected\\]]",
        older:
        [
            "irq {vector}",
        ],
        keys: "vector soft reinjected",
        fields: "vector soft reinjected",
        aliases: "vector=irq");

    public static KvmInjVirq Over(EventRow row) => new(row);

    public uint Vector => (uint)row[0];

    public bool Soft => row[1] != 0;

    public bool Reinjected => row[2] != 0;
}
