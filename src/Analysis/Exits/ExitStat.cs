using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>Figures of one group of exits.</summary>
public sealed class ExitStat
{
    public long Count { get; private set; }

    public long FailedVmentry { get; private set; }

    public long ToUserspace { get; private set; }

    public long Reflected { get; private set; }

    public LatencyHistogram Times { get; } = new();

    public void Add(HostTrip trip)
    {
        Count++;
        if (trip.FailedVmentry) FailedVmentry++;
        if (trip.UserspaceReason >= 0) ToUserspace++;
        if (trip.Reflected) Reflected++;
        if (trip.Timed) Times.Add(trip.Duration);
    }

    /// <summary>Turns of which the trip is the last.</summary>
    public void Add(HostTrip trip, in Turns turns)
    {
        Count += turns.Count;
        if (trip.FailedVmentry) FailedVmentry += turns.Count;
        if (trip.UserspaceReason >= 0) ToUserspace += turns.Count;
        if (trip.Reflected) Reflected += turns.Count;
        Times.Add(turns.Durations);
    }

    public void Merge(ExitStat other)
    {
        Count += other.Count;
        FailedVmentry += other.FailedVmentry;
        ToUserspace += other.ToUserspace;
        Reflected += other.Reflected;
        Times.Merge(other.Times);
    }
}
