namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>The VM decides about its master clock (arch/x86/kvm/trace.h, kvm_update_master_clock).</summary>
public readonly ref struct KvmUpdateMasterClock(EventRow row) : IKvmEvent<KvmUpdateMasterClock>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_update_master_clock",
        plugin: "masterclock {use_master_clock} hostclock {host_clock:@host-clock} offsetmatched {offset_matched}",
        keys: "use_master_clock host_clock offset_matched",
        fields: "use_master_clock host_clock offset_matched");

    public static KvmUpdateMasterClock Over(EventRow row) => new(row);

    public bool UseMasterClock => row[0] != 0;

    public uint HostClock => (uint)row[1];

    public bool OffsetMatched => row[2] != 0;
}
