using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>s390: a vCPU leaves the guest (arch/s390/kvm/trace.h).</summary>
public readonly ref struct KvmS390SieExit(EventRow row) : IKvmEvent<KvmS390SieExit>
{
    private readonly EventRow row = row;

    /// <summary>Its first slots are those of <see cref="KvmExit"/>, which is how it is read.</summary>
    public static EventShape Shape { get; } = new(
        "kvm_s390_sie_exit",
        plugin: "{id:d2}\\[{pswmask:x16}-{pswaddr:x16}\\]: exit sie icptcode {icptcode:@s390-exit}",
        fields: "id icptcode isa pswaddr info1 info2 intr_info error_code requests pswmask",
        keys: "icptcode",
        rip: "pswaddr",
        complete: Completions.S390,
        completeUnless: "isa");

    public static KvmS390SieExit Over(EventRow row) => new(row);

    public int Id => (int)row[0];

    /// <summary>The interception code: 4 for an instruction.</summary>
    public uint IcptCode => (uint)row[1];

    public Isa Isa => (Isa)row[2];

    /// <summary>The instruction address of the guest's PSW.</summary>
    public ulong PswAddr => row[3];

    public ulong PswMask => row[9];
}
