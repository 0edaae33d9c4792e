namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>KVM_RUN returns to user space: with a reason, or with an error (include/trace/events/kvm.h).</summary>
public readonly ref struct KvmUserspaceExit(EventRow row) : IKvmEvent<KvmUserspaceExit>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_userspace_exit",
        plugin: "reason {reason:@userspace-exit} ({reason})",
        older: ["reason {is_restart:@run-failure} ({error})"],
        keys: "reason error",
        fields: "reason errno error is_restart",
        complete: Completions.UserspaceExit);

    public static KvmUserspaceExit Over(EventRow row) => new(row);

    /// <summary>KVM_EXIT_*; meaningless if <see cref="IsError"/>.</summary>
    public uint Reason => (uint)row[0];

    public bool IsError => row.Has(2);

    /// <summary>The positive errno; 4 (EINTR) is printed as <c>restart</c>.</summary>
    public int Error => (int)row[2];
}
