namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>PowerPC in problem-state mode: an exit has been handled (arch/powerpc/kvm/trace_pr.h).</summary>
public readonly ref struct KvmBook3sReenter(EventRow row) : IKvmEvent<KvmBook3sReenter>
{
    /// <summary>RESUME_FLAG_HOST: user space goes on first.</summary>
    private const ulong ResumeHost = 2;

    private readonly EventRow row = row;

    /// <summary>Its first slots are those of <see cref="KvmEntry"/>, which is how it is read.</summary>
    public static EventShape Shape { get; } = new(
        "kvm_book3s_reenter",
        plugin: "reentry r={r:d} | pc=0x{pc:x}",
        rip: "pc",
        fields: "vcpu_id pc intr_info error_code immediate_exit guest_mode r",
        system: "kvm_pr");

    public static KvmBook3sReenter Over(EventRow row) => new(row);

    /// <summary>Where the guest goes on.</summary>
    public ulong Pc => row[1];

    /// <summary>The guest goes on only when user space has run: there is no event then.</summary>
    public bool ToUserspace => (row[6] & ResumeHost) != 0;
}
