namespace KvmTraceLab.Replay;

/// <summary>
/// Values by a 64-bit key, in chunks: growing copies only the index, so that a map of a million keys costs what its entries do
/// and no more. Entries keep the order in which their keys came. References stay valid until <see cref="Clear"/>, but for
/// those of the first chunk, which grows.
/// </summary>
/// <typeparam name="T">The value; begins as its default.</typeparam>
public sealed class ChunkedMap<T>
    where T : struct
{
    private const int ChunkBits = 12;
    private const int ChunkSize = 1 << ChunkBits;
    private const int FirstSize = 16;

    private readonly List<Entry[]> _chunks = [];

    /// <summary>Place of an entry plus one; 0 is free. At most half full.</summary>
    private int[] _index = new int[FirstSize * 2];

    public int Count { get; private set; }

    public ulong KeyAt(int place) => _chunks[place >> ChunkBits][place & (ChunkSize - 1)].Key;

    public ref T ValueAt(int place) => ref _chunks[place >> ChunkBits][place & (ChunkSize - 1)].Value;

    /// <summary>Place of the key's entry, or -1.</summary>
    public int Find(ulong key) => _index[SlotOf(key)] - 1;

    /// <summary>Place of the key's entry, made now where there was none.</summary>
    public int GetOrAdd(ulong key)
    {
        var slot = SlotOf(key);
        if (_index[slot] != 0) return _index[slot] - 1;
        if ((Count + 1) * 2 > _index.Length)
        {
            GrowIndex();
            slot = SlotOf(key);
        }

        var place = Count++;
        Room(place)[place & (ChunkSize - 1)].Key = key;
        _index[slot] = place + 1;
        return place;
    }

    public void Clear()
    {
        _chunks.Clear();
        _index = new int[FirstSize * 2];
        Count = 0;
    }

    private Entry[] Room(int place)
    {
        var chunk = place >> ChunkBits;
        if (chunk == _chunks.Count) _chunks.Add(new Entry[chunk == 0 ? FirstSize : ChunkSize]);
        var entries = _chunks[chunk];
        if ((place & (ChunkSize - 1)) < entries.Length) return entries;
        Array.Resize(ref entries, entries.Length * 2);
        return _chunks[chunk] = entries;
    }

    private int SlotOf(ulong key)
    {
        var mask = _index.Length - 1;
        var slot = (int)((key * 0x9E3779B97F4A7C15) >> 33) & mask;
        while (_index[slot] is var place && place != 0 && KeyAt(place - 1) != key) slot = (slot + 1) & mask;
        return slot;
    }

    private void GrowIndex()
    {
        _index = new int[_index.Length * 2];
        for (var place = 0; place < Count; place++) _index[SlotOf(KeyAt(place))] = place + 1;
    }

    private struct Entry
    {
        public ulong Key;
        public T Value;
    }
}
