using System.Numerics;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>Counts of like exits: how many, with which marks, how long, how many in a row. Times in nanoseconds or ticks.</summary>
public class Tally
{
    private readonly long[] _marks = new long[64];
    private long _run;
    private long _runStart;

    public long Count { get; private set; }

    public long FirstTime { get; private set; }

    public long LastTime { get; private set; }

    public long TotalNs { get; private set; }

    public long MinNs { get; private set; } = long.MaxValue;

    /// <summary>Exits with an entry, so with a duration.</summary>
    public long Timed { get; private set; }

    public bool HasTime { get; private set; }

    /// <summary>Most of them in a row, the host's own interrupts not counted; and when that row began and ended.</summary>
    public long MaxRun { get; private set; }

    public long MaxRunStart { get; private set; }

    public long MaxRunEnd { get; private set; }

    /// <summary>All marks ever seen.</summary>
    public TripMarks Ever { get; private set; }

    public double MeanNs => Timed > 0 ? (double)TotalNs / Timed : 0;

    /// <summary>Exits with that mark (with any of them, bounded by <see cref="Count"/>).</summary>
    public long Of(TripMarks mark)
    {
        long most = 0;
        for (var bits = (ulong)mark; bits != 0; bits &= bits - 1) most = Math.Max(most, _marks[BitOperations.TrailingZeroCount(bits)]);
        return most;
    }

    public double ShareOf(TripMarks mark) => Count > 0 ? (double)Of(mark) / Count : 0;

    /// <summary>Marks that nine exits of ten have.</summary>
    public TripMarks Mostly()
    {
        TripMarks mostly = 0;
        for (var bits = (ulong)Ever; bits != 0; bits &= bits - 1)
        {
            var bit = BitOperations.TrailingZeroCount(bits);
            if (_marks[bit] * 10 >= Count * 9) mostly |= (TripMarks)(1UL << bit);
        }

        return mostly;
    }

    internal void Add(in Trip trip, bool again)
    {
        if (Count++ == 0) FirstTime = trip.Time;
        LastTime = trip.Time;
        HasTime |= trip.HasTime;
        Ever |= trip.Marks;
        for (var bits = (ulong)trip.Marks; bits != 0; bits &= bits - 1) _marks[BitOperations.TrailingZeroCount(bits)]++;
        if (trip.Timed)
        {
            Timed++;
            TotalNs += trip.Duration;
            if (trip.Duration < MinNs) MinNs = trip.Duration;
        }

        if (!again)
        {
            _run = 0;
            _runStart = trip.Time;
        }

        if (++_run <= MaxRun) return;
        MaxRun = _run;
        MaxRunStart = _runStart;
        MaxRunEnd = trip.Time;
    }

    /// <summary>Trips like the one added last, with the same marks; <paramref name="again"/> if they go on with its row.</summary>
    internal void Add(TripMarks marks, in Turns turns, bool again)
    {
        Count += turns.Count;
        LastTime = turns.StartOf(turns.Count - 1);
        for (var bits = (ulong)marks; bits != 0; bits &= bits - 1) _marks[BitOperations.TrailingZeroCount(bits)] += turns.Count;
        Timed += turns.Count;
        foreach (var duration in turns.Durations)
        {
            TotalNs += duration;
            if (duration < MinNs) MinNs = duration;
        }

        if (!again)
        {
            _run = 1;
            _runStart = LastTime;
            return;
        }

        _run += turns.Count;
        if (_run <= MaxRun) return;
        MaxRun = _run;
        MaxRunStart = _runStart;
        MaxRunEnd = LastTime;
    }

    /// <summary>What of one trip is counted.</summary>
    internal readonly record struct Trip(TripMarks Marks, long Time, bool HasTime, bool Timed, long Duration);
}
