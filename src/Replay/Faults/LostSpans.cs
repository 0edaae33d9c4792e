namespace KvmTraceLab.Replay.Faults;

/// <summary>
/// When which CPU lost events: from its last event before the marker to its first one after it. The marker comes at the end
/// of the span only, when what other CPUs showed meanwhile has been read already; so what rests on nothing being missing
/// must wait with its verdict.
/// </summary>
/// <remarks>Only events that the judge looks at are known here, so a span may be taken for longer than it was, never shorter.</remarks>
internal sealed class LostSpans
{
    private const int MaxCpus = 65_536;

    /// <summary>Spans kept; further ones lengthen the last.</summary>
    private const int Kept = 65_536;

    /// <summary>Spans looked at, or passed over, together.</summary>
    private const int BlockSize = 256;

    private readonly List<Span> _spans = [];
    private readonly List<Block> _blocks = [];
    private long[] _seen = [];
    private int[] _open = [];

    /// <summary>Time of the last event that has one; <see cref="long.MinValue"/> before it.</summary>
    public long Now { get; private set; } = long.MinValue;

    public void See(int cpu, long time)
    {
        Now = time;
        if ((uint)cpu >= (uint)_seen.Length && !Grow(cpu)) return;
        _seen[cpu] = time;
        if (_open[cpu] > 0) Close(cpu, time);
    }

    /// <summary>A marker. Text has none with a time of its own: the CPU's next event ends the span.</summary>
    public void Lose(int cpu)
    {
        // Without times nothing can be said; without a CPU, what was read so far was read in full.
        if (Now == long.MinValue || ((uint)cpu >= (uint)_seen.Length && !Grow(cpu)) || _open[cpu] > 0) return;
        if (_spans.Count == Kept)
        {
            _spans[^1] = new Span(Math.Min(_spans[^1].From, _seen[cpu]), long.MaxValue);
            _blocks[^1] = new Block(Math.Min(_blocks[^1].From, _seen[cpu]), long.MaxValue, _blocks[^1].Open);
            return;
        }

        _spans.Add(new Span(_seen[cpu], long.MaxValue));
        _open[cpu] = _spans.Count;
        if (_spans.Count > _blocks.Count * BlockSize) _blocks.Add(new Block(long.MaxValue, long.MinValue, 0));
        _blocks[^1] = new Block(Math.Min(_blocks[^1].From, _seen[cpu]), _blocks[^1].To, _blocks[^1].Open + 1);
    }

    /// <summary>Whether a CPU lost events between two times.</summary>
    public bool Touch(long first, long last)
    {
        for (var at = Next(0, first, last); at < _spans.Count; at = Next(at + 1, first, last))
            if (_spans[at].From < last && _spans[at].To > first) return true;
        return false;
    }

    /// <summary>The share of a time in which some CPU lost events, from 0 to 1.</summary>
    public double Share(long first, long last)
    {
        double lost = 0;
        for (var at = Next(0, first, last); at < _spans.Count; at = Next(at + 1, first, last))
            lost += Math.Max(0, (double)Math.Min(last, _spans[at].To) - Math.Max(first, _spans[at].From));
        return Math.Min(1, lost / Math.Max(1, (double)last - first));
    }

    /// <summary>This span or the first behind it that is in a block which reaches into the time.</summary>
    private int Next(int at, long first, long last)
    {
        while (at < _spans.Count && at % BlockSize == 0 && !_blocks[at / BlockSize].Reaches(first, last)) at += BlockSize;
        return at;
    }

    private void Close(int cpu, long time)
    {
        var at = _open[cpu] - 1;
        _open[cpu] = 0;
        _spans[at] = _spans[at] with { To = time };
        var block = _blocks[at / BlockSize];
        _blocks[at / BlockSize] = block with { To = Math.Max(block.To, time), Open = block.Open - 1 };
    }

    private bool Grow(int cpu)
    {
        if ((uint)cpu >= MaxCpus) return false;
        var old = _seen.Length;
        Array.Resize(ref _seen, Math.Max(cpu + 1, Math.Min(MaxCpus, 2 * old)));
        Array.Resize(ref _open, _seen.Length);
        for (var i = old; i < _seen.Length; i++) _seen[i] = long.MinValue;
        return true;
    }

    /// <param name="From">The CPU's last event before; <see cref="long.MinValue"/> if there is none.</param>
    /// <param name="To">The CPU's first event after; <see cref="long.MaxValue"/> until it is seen.</param>
    private readonly record struct Span(long From, long To);

    /// <param name="From">The earliest beginning of its spans.</param>
    /// <param name="To">The latest end of those that have one.</param>
    /// <param name="Open">Spans that have none yet.</param>
    private readonly record struct Block(long From, long To, int Open)
    {
        public bool Reaches(long first, long last) => From < last && (Open > 0 || To > first);
    }
}
