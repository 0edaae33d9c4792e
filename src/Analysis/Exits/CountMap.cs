using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>
/// Two counts by address, exact up to a million addresses (32 MB); past that the rarest half is folded into one, and
/// <see cref="Folded"/> says how many events that took.
/// </summary>
public sealed class CountMap(int maxKeys = CountMap.MaxKeys)
{
    public const int MaxKeys = 1_000_000;

    /// <summary>Addresses counted beside the map; a power of two.</summary>
    private const int Recent = 16;

    private ChunkedMap<Counts> _map = new();
    private readonly Waiting[] _recent = new Waiting[Recent];
    private long _folded;

    public int Keys
    {
        get
        {
            TakeAll();
            return _map.Count;
        }
    }

    /// <summary>Events whose address was folded away.</summary>
    public long Folded
    {
        get
        {
            TakeAll();
            return _folded;
        }
    }

    public void Add(ulong key, long first, long second)
    {
        // A loop's few addresses come round and round.
        ref var recent = ref _recent[(int)(key ^ (key >> 4)) & (Recent - 1)];
        if (recent.Key != key || !recent.Used)
        {
            Take(ref recent);
            recent = new Waiting { Key = key, Used = true };
        }

        recent.Counts.First += first;
        recent.Counts.Second += second;
    }

    /// <summary>The entries with the largest sums of both counts, largest first, then by address.</summary>
    public List<(ulong Key, long First, long Second)> Top(int most)
    {
        TakeAll();

        // The least of the best so far comes off first.
        var best = new PriorityQueue<int, Rank>(RankOrder.Instance);
        for (var i = 0; i < _map.Count; i++)
        {
            var order = new Rank(_map.ValueAt(i).Sum, _map.KeyAt(i));
            if (best.Count < most) best.Enqueue(i, order);
            else if (best.Count > 0) best.EnqueueDequeue(i, order);
        }

        var list = new List<(ulong Key, long First, long Second)>(best.Count);
        while (best.TryDequeue(out var i, out _)) list.Add((_map.KeyAt(i), _map.ValueAt(i).First, _map.ValueAt(i).Second));
        list.Reverse();
        return list;
    }

    private int PlaceOf(ulong key)
    {
        if (_map.Find(key) is >= 0 and var known) return known;
        if (_map.Count >= maxKeys) Fold();
        return _map.GetOrAdd(key);
    }

    private void TakeAll()
    {
        foreach (ref var recent in _recent.AsSpan()) Take(ref recent);
    }

    /// <summary>What was counted beside the map goes into it.</summary>
    private void Take(ref Waiting recent)
    {
        if (!recent.Used) return;
        var place = PlaceOf(recent.Key); // may fold, into another map
        ref var counts = ref _map.ValueAt(place);
        counts.First += recent.Counts.First;
        counts.Second += recent.Counts.Second;
        recent = default;
    }

    private void Fold()
    {
        foreach (ref var recent in _recent.AsSpan())
            if (recent.Used && _map.Find(recent.Key) >= 0) Take(ref recent);
        var sums = new long[_map.Count];
        for (var i = 0; i < sums.Length; i++) sums[i] = _map.ValueAt(i).Sum;
        Array.Sort(sums);
        var keep = maxKeys / 2;
        var least = sums[sums.Length - keep];
        var ties = keep; // of those with the least sum, the first to come stay
        for (var i = sums.Length - 1; sums[i] > least; i--) ties--;
        var kept = new ChunkedMap<Counts>();
        for (var i = 0; i < _map.Count; i++)
        {
            var counts = _map.ValueAt(i);
            if (counts.Sum > least || (counts.Sum == least && ties-- > 0)) kept.ValueAt(kept.GetOrAdd(_map.KeyAt(i))) = counts;
            else _folded += counts.Sum;
        }

        _map = kept;
    }

    private readonly record struct Rank(long Sum, ulong Key);

    private sealed class RankOrder : IComparer<Rank>
    {
        public static RankOrder Instance { get; } = new();

        public int Compare(Rank x, Rank y) => x.Sum != y.Sum ? x.Sum.CompareTo(y.Sum) : y.Key.CompareTo(x.Key);
    }

    /// <summary>Counts of an address that are not in the map yet.</summary>
    private struct Waiting
    {
        public ulong Key;
        public bool Used;
        public Counts Counts;
    }

    private struct Counts
    {
        public long First;
        public long Second;

        public readonly long Sum => First + Second;
    }
}
