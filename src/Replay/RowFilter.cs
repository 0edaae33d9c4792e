namespace KvmTraceLab.Replay;

/// <summary>Which rows take part. Empty sets and null bounds let everything through.</summary>
/// <param name="FromNs">First time that takes part.</param>
/// <param name="ToNs">Last time that takes part.</param>
/// <param name="Tids">Threads.</param>
/// <param name="Vcpus">vCPU numbers; a thread counts from when its number is known (QEMU's <c>CPU n/KVM</c> tells at once).</param>
public sealed record RowFilter(long? FromNs, long? ToNs, IReadOnlySet<int> Tids, IReadOnlySet<int> Vcpus)
{
    public static RowFilter All { get; } = new(null, null, new HashSet<int>(), new HashSet<int>());

    public bool IsAll => FromNs is null && ToNs is null && Tids.Count == 0 && Vcpus.Count == 0;

    public bool Passes(long time, bool hasTime) =>
        (FromNs is null || (hasTime && time >= FromNs)) && (ToNs is null || (hasTime && time <= ToNs));

    public bool Passes(VcpuLane lane) =>
        (Tids.Count == 0 || Tids.Contains(lane.Tid)) && (Vcpus.Count == 0 || (lane.Vcpu is { } v && Vcpus.Contains(v)));
}
