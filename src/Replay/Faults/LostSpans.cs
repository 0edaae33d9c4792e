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

    private readonly List<Span> _spans = [];
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
            return;
        }

        _spans.Add(new Span(_seen[cpu], long.MaxValue));
        _open[cpu] = _spans.Count;
    }

    /// <summary>Whether a CPU lost events between two times.</summary>
    public bool Touch(long first, long last) => _spans.Exists(s => s.From < last && s.To > first);

    /// <summary>The share of a time in which some CPU lost events, from 0 to 1.</summary>
    public double Share(long first, long last)
    {
        double lost = 0;
        foreach (var span in _spans) lost += Math.Max(0, (double)Math.Min(last, span.To) - Math.Max(first, span.From));
        return Math.Min(1, lost / Math.Max(1, (double)last - first));
    }

    private void Close(int cpu, long time)
    {
        var at = _open[cpu] - 1;
        _spans[at] = _spans[at] with { To = time };
        _open[cpu] = 0;
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
}
