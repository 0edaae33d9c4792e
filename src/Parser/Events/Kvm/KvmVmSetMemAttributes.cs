namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>User space changes the attributes (private, shared) of guest frames (include/trace/events/kvm.h, kvm_vm_set_mem_attributes).</summary>
public readonly ref struct KvmVmSetMemAttributes(EventRow row) : IKvmEvent<KvmVmSetMemAttributes>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_vm_set_mem_attributes",
        plugin: "{start:#x16} -- {end:#x16} \\[0x{attr:x}\\]",
        keys: "start end attr",
        fields: "start end attr");

    public static KvmVmSetMemAttributes Over(EventRow row) => new(row);

    /// <summary>First frame.</summary>
    public ulong Start => row[0];

    /// <summary>The frame behind the last.</summary>
    public ulong End => row[1];

    /// <summary>KVM_MEMORY_ATTRIBUTE_*; 8 is private.</summary>
    public ulong Attributes => row[2];
}
