namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>RDMSR or WRMSR was emulated (arch/x86/kvm/trace.h, kvm_msr).</summary>
public readonly ref struct KvmMsr(EventRow row) : IKvmEvent<KvmMsr>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_msr",
        plugin: "{write:msr_read|msr_write} {ecx:x} = 0x{data:x}[?exception| (#GP)]",
        older: ["{write:msr_read|msr_write} {ecx:@msr} = 0x{data:x}[?exception| (#GP)]"],
        keys: "write ecx exception",
        values: "data",
        fields: "write ecx data exception");

    public static KvmMsr Over(EventRow row) => new(row);

    public bool Write => row[0] != 0;

    public uint Msr => (uint)row[1];

    public ulong Data => row[2];

    public bool Exception => row[3] != 0;
}
