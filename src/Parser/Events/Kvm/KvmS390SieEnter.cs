namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>s390: a vCPU enters the guest (arch/s390/kvm/trace.h).</summary>
public readonly ref struct KvmS390SieEnter(EventRow row) : IKvmEvent<KvmS390SieEnter>
{
    private readonly EventRow row = row;

    /// <summary>Its first slots are those of <see cref="KvmEntry"/>, which is how it is read.</summary>
    public static EventShape Shape { get; } = new(
        "kvm_s390_sie_enter",
        plugin: "{id:d2}\\[{pswmask:x16}-{pswaddr:x16}\\]: entering sie flags {cpuflags:x}",
        rip: "pswaddr",
        fields: "id pswaddr intr_info error_code immediate_exit guest_mode pswmask cpuflags");

    public static KvmS390SieEnter Over(EventRow row) => new(row);

    public int Id => (int)row[0];

    /// <summary>Where the guest goes on: the instruction address of its PSW.</summary>
    public ulong PswAddr => row[1];

    public ulong PswMask => row[6];

    /// <summary>CPUSTAT_* bits.</summary>
    public uint CpuFlags => (uint)row[7];
}
