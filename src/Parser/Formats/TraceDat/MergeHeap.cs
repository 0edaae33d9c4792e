namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// Streams by the time of their next row. Four children a node, and all that is compared side by side: with hundreds of CPUs nearly every
/// row is another stream's, and looking at the streams themselves would be most of the work.
/// </summary>
internal sealed class MergeHeap(int streams)
{
    private const int Children = 4;

    private readonly Node[] _nodes = new Node[Math.Max(1, streams)];

    public int Count { get; private set; }

    /// <summary>Number of the stream whose row comes first.</summary>
    public int First => _nodes[0].Stream;

    /// <param name="time">Of its next row.</param>
    /// <param name="rank">Its place among the streams with the same time.</param>
    /// <param name="stream">The stream's number.</param>
    public void Add(long time, int rank, int stream)
    {
        var added = new Node(time, rank, stream);
        var at = Count++;
        for (; at > 0 && added.Before(_nodes[(at - 1) / Children]); at = (at - 1) / Children) _nodes[at] = _nodes[(at - 1) / Children];
        _nodes[at] = added;
    }

    /// <summary>The first stream goes on to a row at that time.</summary>
    public void MoveFirst(long time) => Settle(_nodes[0] with { Time = time });

    /// <summary>The first stream has ended.</summary>
    public void RemoveFirst()
    {
        Count--;
        if (Count > 0) Settle(_nodes[Count]);
    }

    /// <summary>The last time at which the first stream's rows still come before all others'.</summary>
    public long Until()
    {
        if (Count == 1) return long.MaxValue;
        ref readonly var next = ref _nodes[Earliest(1)];
        return _nodes[0].Rank < next.Rank ? next.Time : next.Time == long.MinValue ? long.MinValue : next.Time - 1;
    }

    private void Settle(in Node node)
    {
        var at = 0;
        while ((at * Children) + 1 < Count)
        {
            var child = Earliest((at * Children) + 1);
            if (!_nodes[child].Before(node)) break;
            _nodes[at] = _nodes[child];
            at = child;
        }

        _nodes[at] = node;
    }

    /// <summary>The earliest of the siblings that begin there.</summary>
    private int Earliest(int first)
    {
        var best = first;
        var end = Math.Min(Count, first + Children);
        for (var i = first + 1; i < end; i++)
            if (_nodes[i].Before(_nodes[best])) best = i;
        return best;
    }

    private readonly record struct Node(long Time, int Rank, int Stream)
    {
        public bool Before(in Node other) => Time < other.Time || (Time == other.Time && Rank < other.Rank);
    }
}
