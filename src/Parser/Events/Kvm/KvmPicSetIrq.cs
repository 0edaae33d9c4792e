namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>An i8259 pin changes (arch/x86/kvm/trace.h, kvm_pic_set_irq).</summary>
public readonly ref struct KvmPicSetIrq(EventRow row) : IKvmEvent<KvmPicSetIrq>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_pic_set_irq",
        plugin: "chip {chip} pin {pin} ({level:edge|level}[?masked||masked])[?coalesced| (coalesced)]",
        keys: "chip pin level masked coalesced",
        fields: "chip pin elcr imr coalesced level masked",
        complete: Completions.PicPin);

    public static KvmPicSetIrq Over(EventRow row) => new(row);

    public int Chip => (int)row[0];

    public int Pin => (int)row[1];

    public uint Elcr => (uint)row[2];

    public uint Imr => (uint)row[3];

    public bool Coalesced => row[4] != 0;

    public bool Level => row[5] != 0;

    public bool Masked => row[6] != 0;
}
