namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>TSC bookkeeping of one vCPU (arch/x86/kvm/trace.h, kvm_track_tsc).</summary>
public readonly ref struct KvmTrackTsc(EventRow row) : IKvmEvent<KvmTrackTsc>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_track_tsc",
        plugin: "vcpu_id {vcpu_id} masterclock {use_master_clock} offsetmatched {nr_vcpus_matched_tsc} nr_online {online_vcpus} hostclock {host_clock:@host-clock}",
        keys: "use_master_clock host_clock",
        fields: "vcpu_id nr_vcpus_matched_tsc online_vcpus use_master_clock host_clock");

    public static KvmTrackTsc Over(EventRow row) => new(row);

    public int VcpuId => (int)row[0];

    public bool HasVcpuId => row.Has(0);

    public uint NrVcpusMatchedTsc => (uint)row[1];

    public uint OnlineVcpus => (uint)row[2];

    public bool UseMasterClock => row[3] != 0;

    public uint HostClock => (uint)row[4];
}
