namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The guest's FPU state is loaded or unloaded (arch/x86/kvm/trace.h, kvm_fpu).</summary>
public readonly ref struct KvmFpu(EventRow row) : IKvmEvent<KvmFpu>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_fpu",
        plugin: "{load:unload|load}",
        keys: "load",
        fields: "load");

    public static KvmFpu Over(EventRow row) => new(row);

    public bool Load => row[0] != 0;
}
