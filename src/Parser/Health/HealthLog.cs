namespace KvmTraceLab.Parser.Health;

/// <summary>Counts by counter, with the offset of the first occurrence. Small, since trouble is rare.</summary>
public sealed class HealthLog
{
    private readonly List<Entry> _entries = [];

    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>How long the input is: a damaged or cut file names places that it does not have.</summary>
    public long End { get; init; } = long.MaxValue;

    public void Clear() => _entries.Clear();

    /// <summary>Counts <paramref name="count"/> occurrences, the first at byte <paramref name="offset"/> of the input.</summary>
    public void Count(HealthCounter counter, long offset, long count = 1)
    {
        for (var i = 0; i < _entries.Count; i++)
        {
            if (!ReferenceEquals(_entries[i].Counter, counter)) continue;
            _entries[i].Count = Sum(_entries[i].Count, count);
            return;
        }

        _entries.Add(new Entry(counter, count, Math.Min(offset, End)));
    }

    public void Merge(HealthLog other)
    {
        foreach (var entry in other._entries) Count(entry.Counter, entry.FirstOffset, entry.Count);
    }

    /// <summary>Counts come from files too: no damaged number makes a sum negative.</summary>
    public static long Sum(long count, long more) => count > long.MaxValue - more ? long.MaxValue : count + more;

    public long CountOf(HealthCounter counter)
    {
        foreach (var entry in _entries)
            if (ReferenceEquals(entry.Counter, counter)) return entry.Count;
        return 0;
    }

    /// <summary>One counter's count so far, and the offset of the first occurrence.</summary>
    public sealed class Entry
    {
        internal Entry(HealthCounter counter, long count, long firstOffset) => (Counter, Count, FirstOffset) = (counter, count, firstOffset);

        public HealthCounter Counter { get; }

        public long Count { get; internal set; }

        public long FirstOffset { get; }
    }
}
