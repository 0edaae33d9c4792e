using System.Numerics;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>
/// Counts of durations in buckets of at most 0.8 % relative width: 128 buckets to each power of two. Count, sum, minimum
/// and maximum are exact; percentiles are nearest rank, within 0.4 % of the true value.
/// </summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 7;
    private const int SubCount = 1 << SubBits;

    /// <summary>So many durations are kept as they are: most groups of exits are small, and buckets cost kilobytes.</summary>
    private const int Few = 16;

    private long[] _buckets = [];
    private long[] _few = [];
    private int _fewCount;

    public long Count { get; private set; }

    /// <summary>Sum in nanoseconds (or ticks); saturates instead of overflowing.</summary>
    public long Total { get; private set; }

    public long Min { get; private set; } = long.MaxValue;

    public long Max { get; private set; }

    public double Mean => Count == 0 ? 0 : (double)Total / Count;

    public void Add(long duration)
    {
        Count++;
        Total = Total > long.MaxValue - duration ? long.MaxValue : Total + duration;
        if (duration < Min) Min = duration;
        if (duration > Max) Max = duration;
        var bucket = BucketOf((ulong)duration);
        if (bucket < _buckets.Length) _buckets[bucket]++;
        else AddBeyond(bucket, duration);
    }

    public void Add(ReadOnlySpan<long> durations)
    {
        foreach (var duration in durations) Add(duration);
    }

    /// <summary>Bytes of what grows with the durations.</summary>
    public int Bytes => (_buckets.Length + _few.Length) * sizeof(long);

    public void Merge(LatencyHistogram other)
    {
        if (other.Count == 0) return;
        Count += other.Count;
        Total = Total > long.MaxValue - other.Total ? long.MaxValue : Total + other.Total;
        Min = Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
        if (_buckets.Length < other._buckets.Length)
        {
            var before = _buckets.Length;
            Array.Resize(ref _buckets, other._buckets.Length);
            if (before == 0) Spill();
        }

        for (var i = 0; i < other._fewCount; i++)
        {
            var bucket = BucketOf((ulong)other._few[i]);
            if (bucket < _buckets.Length) _buckets[bucket]++;
            else AddBeyond(bucket, other._few[i]);
        }

        for (var i = 0; i < other._buckets.Length; i++) _buckets[i] += other._buckets[i];
    }

    /// <summary>Nearest rank: the smallest duration that at least the share of all durations do not exceed.</summary>
    public long Percentile(double share)
    {
        if (Count == 0) return 0;
        var rank = Math.Max(1, (long)Math.Ceiling((decimal)share * Count));
        if (_buckets.Length == 0)
        {
            SortFew();
            return Math.Clamp(Middle(BucketOf((ulong)_few[rank - 1])), Min, Max);
        }

        long seen = 0;
        for (var i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen >= rank) return Math.Clamp(Middle(i), Min, Max);
        }

        return Max;
    }

    // Sixteen at most; the framework's sort of numbers would be compiled at run time for them.
    private void SortFew()
    {
        for (var i = 1; i < _fewCount; i++)
        {
            var duration = _few[i];
            var at = i;
            for (; at > 0 && _few[at - 1] > duration; at--) _few[at] = _few[at - 1];
            _few[at] = duration;
        }
    }

    private void AddBeyond(int bucket, long duration)
    {
        if (_buckets.Length == 0 && _fewCount < Few)
        {
            if (_fewCount == _few.Length) Array.Resize(ref _few, Math.Max(1, _fewCount * 2));
            _few[_fewCount++] = duration;
            return;
        }

        Grow(bucket);
        Spill();
        _buckets[bucket]++;
    }

    private void Grow(int bucket)
    {
        if (bucket >= _buckets.Length) Array.Resize(ref _buckets, Math.Max(bucket + 1, Math.Min(_buckets.Length * 2, 64 * SubCount)));
    }

    /// <summary>Durations kept so far move to their buckets.</summary>
    private void Spill()
    {
        for (var i = 0; i < _fewCount; i++)
        {
            var bucket = BucketOf((ulong)_few[i]);
            Grow(bucket);
            _buckets[bucket]++;
        }

        _few = [];
        _fewCount = 0;
    }

    private static int BucketOf(ulong value)
    {
        if (value < SubCount * 2) return (int)value;
        var exponent = 63 - BitOperations.LeadingZeroCount(value) - SubBits;
        return (exponent << SubBits) + (int)(value >> exponent);
    }

    private static long Middle(int bucket)
    {
        if (bucket < SubCount * 2) return bucket;
        var exponent = (bucket >> SubBits) - 1;
        var low = (ulong)((bucket & (SubCount - 1)) + SubCount) << exponent;
        return (long)(low + ((1UL << exponent) >> 1));
    }
}
