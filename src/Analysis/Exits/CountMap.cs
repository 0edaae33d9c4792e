namespace KvmTraceLab.Analysis.Exits;

/// <summary>
/// Two counts by address, exact up to a million addresses; past that the rarest half is folded into one, and
/// <see cref="Folded"/> says how many events that took.
/// </summary>
public sealed class CountMap
{
    public const int MaxKeys = 1_000_000;

    private readonly int _maxKeys;
    private ulong[] _keys;
    private long[] _first;
    private long[] _second;
    private bool[] _used;
    private int _mask;
    private int _last = -1;

    public CountMap(int maxKeys = MaxKeys)
    {
        _maxKeys = maxKeys;
        _keys = new ulong[64];
        _first = new long[64];
        _second = new long[64];
        _used = new bool[64];
        _mask = 63;
    }

    public int Keys { get; private set; }

    /// <summary>Events whose address was folded away.</summary>
    public long Folded { get; private set; }

    public void Add(ulong key, long first, long second)
    {
        var at = _last >= 0 && _keys[_last] == key ? _last : Find(key);
        if (!_used[at])
        {
            if (Keys >= _maxKeys) Fold();
            if (Keys * 2 >= _keys.Length) Grow(_keys.Length * 2);
            at = Find(key);
            _used[at] = true;
            _keys[at] = key;
            Keys++;
        }

        _first[at] += first;
        _second[at] += second;
        _last = at;
    }

    /// <summary>All entries by the sum of both counts, largest first, then by address.</summary>
    public List<(ulong Key, long First, long Second)> Sorted()
    {
        var list = new List<(ulong Key, long First, long Second)>(Keys);
        for (var i = 0; i < _keys.Length; i++)
            if (_used[i]) list.Add((_keys[i], _first[i], _second[i]));
        list.Sort((a, b) => (b.First + b.Second).CompareTo(a.First + a.Second) is var order and not 0 ? order : a.Key.CompareTo(b.Key));
        return list;
    }

    private int Find(ulong key)
    {
        var at = (int)((key * 0x9E3779B97F4A7C15) >> 33) & _mask;
        while (_used[at] && _keys[at] != key) at = (at + 1) & _mask;
        return at;
    }

    private void Fold()
    {
        var all = Sorted();
        var keep = _maxKeys / 2;
        for (var i = keep; i < all.Count; i++) Folded += all[i].First + all[i].Second;
        Rebuild(all.Take(keep), _keys.Length);
    }

    private void Grow(int size)
    {
        var all = new List<(ulong, long, long)>(Keys);
        for (var i = 0; i < _keys.Length; i++)
            if (_used[i]) all.Add((_keys[i], _first[i], _second[i]));
        Rebuild(all, size);
    }

    private void Rebuild(IEnumerable<(ulong Key, long First, long Second)> entries, int size)
    {
        _keys = new ulong[size];
        _first = new long[size];
        _second = new long[size];
        _used = new bool[size];
        _mask = size - 1;
        _last = -1;
        Keys = 0;
        foreach (var (key, first, second) in entries)
        {
            var at = Find(key);
            _used[at] = true;
            _keys[at] = key;
            _first[at] = first;
            _second[at] = second;
            Keys++;
        }
    }
}
