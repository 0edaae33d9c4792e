namespace KvmTraceLab.Replay;

/// <summary>Which rows take part. Empty sets and null bounds let everything through.</summary>
/// <param name="From">First time that takes part, as rows have it.</param>
/// <param name="To">Last time that takes part.</param>
/// <param name="Tids">Threads.</param>
/// <param name="Vcpus">vCPU numbers; a thread counts from when its number is known (QEMU's <c>CPU n/KVM</c> tells at once).</param>
public sealed record RowFilter(long? From, long? To, IReadOnlySet<int> Tids, IReadOnlySet<int> Vcpus)
{
    public static RowFilter All { get; } = new(null, null, new HashSet<int>(), new HashSet<int>());

    public bool IsAll => From is null && To is null && Tids.Count == 0 && Vcpus.Count == 0;

    public bool Passes(long time, bool hasTime) =>
        (From is null || (hasTime && time >= From)) && (To is null || (hasTime && time <= To));

    public bool Passes(VcpuLane lane) =>
        (Tids.Count == 0 || Tids.Contains(lane.Tid)) && (Vcpus.Count == 0 || (lane.Vcpu is { } v && Vcpus.Contains(v)));
}
