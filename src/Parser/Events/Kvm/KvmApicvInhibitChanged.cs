namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A reason against APICv comes or goes (arch/x86/kvm/trace.h, kvm_apicv_inhibit_changed).</summary>
public readonly ref struct KvmApicvInhibitChanged(EventRow row) : IKvmEvent<KvmApicvInhibitChanged>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_apicv_inhibit_changed",
        plugin: "{set:cleared|set} reason={reason}, inhibits=0x{inhibits:x}[?named| {inhibits:@apicv-inhibit}]",
        keys: "reason set inhibits",
        fields: "reason set inhibits named",
        complete: Completions.InhibitNames);

    public static KvmApicvInhibitChanged Over(EventRow row) => new(row);

    public uint Reason => (uint)row[0];

    public bool Set => row[1] != 0;

    public ulong Inhibits => row[2];

    public bool IsNamed => row[3] != 0;
}
