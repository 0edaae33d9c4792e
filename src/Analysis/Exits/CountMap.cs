using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>
/// Two counts by address, exact up to a million addresses (32 MB); past that the rarest half is folded into one, and
/// <see cref="Folded"/> says how many events that took.
/// </summary>
public sealed class CountMap(int maxKeys = CountMap.MaxKeys)
{
    public const int MaxKeys = 1_000_000;

    /// <summary>Addresses found without a look into the map; a power of two.</summary>
    private const int Recent = 16;

    private ChunkedMap<Counts> _map = new();
    private readonly (ulong Key, int Place)[] _recent = NoneRecent();

    public int Keys => _map.Count;

    /// <summary>Events whose address was folded away.</summary>
    public long Folded { get; private set; }

    public void Add(ulong key, long first, long second)
    {
        // A loop's few addresses come round and round.
        ref var recent = ref _recent[(int)(key ^ (key >> 4)) & (Recent - 1)];
        if (recent.Place < 0 || recent.Key != key) recent = (key, PlaceOf(key));
        ref var counts = ref _map.ValueAt(recent.Place);
        counts.First += first;
        counts.Second += second;
    }

    /// <summary>The entries with the largest sums of both counts, largest first, then by address.</summary>
    public List<(ulong Key, long First, long Second)> Top(int most)
    {
        // The least of the best so far comes off first.
        var best = new PriorityQueue<int, (long Sum, ulong Key)>(Comparer<(long Sum, ulong Key)>.Create((a, b) => a.Sum != b.Sum ? a.Sum.CompareTo(b.Sum) : b.Key.CompareTo(a.Key)));
        for (var i = 0; i < _map.Count; i++)
        {
            var order = (_map.ValueAt(i).Sum, _map.KeyAt(i));
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

    private static (ulong Key, int Place)[] NoneRecent()
    {
        var none = new (ulong Key, int Place)[Recent];
        Array.Fill(none, (0UL, -1));
        return none;
    }

    private void Fold()
    {
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
            else Folded += counts.Sum;
        }

        _map = kept;
        NoneRecent().CopyTo(_recent, 0);
    }

    private struct Counts
    {
        public long First;
        public long Second;

        public readonly long Sum => First + Second;
    }
}
