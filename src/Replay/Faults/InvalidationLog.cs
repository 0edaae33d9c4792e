namespace KvmTraceLab.Replay.Faults;

/// <summary>
/// When the host invalidated mappings, and by which thread: what a run of retries may be waiting for. There is no event
/// for the end of an invalidation. Two things bound it: a fault that began after it and is mapped shows that it is over
/// (for that range at least: a run that came to an end of itself is excused until a frame near its own is mapped), and a vCPU that invalidates while it handles a fault of its own is through before it enters the guest.
/// </summary>
internal sealed class InvalidationLog
{
    /// <summary>
    /// An invalidation excuses faults this long after (a memslot deletion also before) it, whatever else is seen: KVM asks
    /// for the range, so that other frames may be mapped meanwhile. Healthy ones of which nothing else tells reached 16 ms.
    /// </summary>
    public const long ReachNs = 20_000_000;

    /// <summary>… and this many faults of one run. The longest healthy run had 606.</summary>
    public const int ReachFaults = 2048;

    private const int Kept = 65_536;

    /// <summary>How many older ones are asked whether they still last.</summary>
    private const int LookBack = 4096;

    /// <summary>Frames near each other: 2 MiB. Hosts unmap, and delete, more than that at a time.</summary>
    private const int NearShift = 9;

    private const int MaxNear = 65_536;

    private readonly List<Entry> _log = [];
    private readonly Dictionary<ulong, long> _mappedNear = [];
    private long _dropped;
    private int _unsettled;

    /// <summary>A clock was set back: no order of times may be relied on.</summary>
    private bool _unordered;

    /// <summary>Invalidations seen.</summary>
    public long Count => _dropped + _log.Count;

    /// <summary>Returns the number to give to <see cref="Release"/>.</summary>
    public long Add(long time, int lane, Invalidation kind)
    {
        if (_log.Count == 2 * Kept)
        {
            _log.RemoveRange(0, Kept);
            _dropped += Kept;
            _unsettled = Math.Max(0, _unsettled - Kept);
        }

        _unordered |= _log.Count > 0 && time < _log[^1].Time;
        _log.Add(new Entry(time, lane, kind) { Settled = kind is Invalidation.Passing or Invalidation.Held ? time : long.MaxValue, Held = kind == Invalidation.Held ? long.MaxValue : 0 });
        return Count;
    }

    /// <summary>When the last fault began that was given a mapping near a frame; <see cref="long.MinValue"/> if none was.</summary>
    public long MappedNear(ulong gfn) => _mappedNear.GetValueOrDefault(gfn >> NearShift, long.MinValue);

    /// <summary>A fault that began at <paramref name="faultTime"/> was given its mapping: what was begun before the fault is over.</summary>
    public void Mapped(long faultTime, long time, ulong gfn)
    {
        // Forgotten means that an invalidation may last longer: in doubt for KVM.
        if (_mappedNear.Count >= MaxNear) _mappedNear.Clear();
        _mappedNear[gfn >> NearShift] = faultTime;
        for (; _unsettled < _log.Count && _log[_unsettled].Time < faultTime; _unsettled++)
            if (_log[_unsettled].Kind is not (Invalidation.Passing or Invalidation.Held)) _log[_unsettled] = _log[_unsettled] with { Settled = time };
    }

    /// <summary>The thread that invalidated did something else: its invalidation is over.</summary>
    public void Release(long number, long time)
    {
        var at = number - 1 - _dropped;
        if (at >= 0 && at < _log.Count) _log[(int)at] = _log[(int)at] with { Held = time };
    }

    /// <summary>
    /// The share of a run that invalidations of other threads may explain: each covers its reach, and no more than
    /// <see cref="ReachFaults"/> faults. With <paramref name="unseen"/> also those that may be among lost events. A memslot
    /// deletion since frames near the run's were mapped (<paramref name="mappedNear"/>) goes on, whatever is mapped elsewhere. With
    /// <paramref name="endedAt"/> the run came to an end of itself: then so do unmaps, and a deletion, which is traced only when
    /// all CPUs have taken note, may have begun before the run. So does then the last unmap of the thread that was seen to take the run's
    /// very frame away (<paramref name="zapper"/>), until that thread shows something else: unmaps of single pages go on while their neighbours are mapped.
    /// </summary>
    public double Covered(int lane, long first, long last, long faults, bool unseen = false, long mappedNear = long.MaxValue, long? endedAt = null, int zapper = -1)
    {
        if (faults <= 0) return 0;
        // A clock that stands still, or is too coarse, gives all faults of a run one time.
        if (last <= first) (first, last) = first < long.MaxValue ? (first, first + 1) : (first - 1, first);
        var lastWithReach = After(Math.Max(last, endedAt ?? last));
        var duration = Since(first, last);
        var mostFaults = duration / faults * ReachFaults;
        double covered = 0;
        double end = 0;
        var zapping = endedAt is null || zapper < 0 ? -1 : LastUnmap(zapper, first);
        for (var at = Math.Max(0, FirstFrom(first) - LookBack); at < _log.Count; at++)
        {
            var i = _log[at];
            if (i.Time > lastWithReach)
            {
                if (_unordered) continue;
                break;
            }

            if (i.Lane == lane || (i.Kind == Invalidation.Unseen && !unseen)) continue;
            var goesOn = i.Time >= mappedNear && (i.Kind == Invalidation.WholeSlot || (i.Kind == Invalidation.Lasting && endedAt is not null));
            var ends = goesOn ? long.MaxValue : at == zapping ? Math.Max(i.End, NextOf(zapper, at)) : i.End;
            // What lies between the invalidation and the run costs time, not faults.
            var start = Math.Max(0, Since(first, i.Time) - (i.Kind != Invalidation.WholeSlot ? 0 : endedAt is null ? ReachNs : double.PositiveInfinity));
            var begin = Math.Max(end, start);
            var until = Math.Min(Math.Min(duration, Since(first, ends)), start + mostFaults);
            covered += Math.Max(0, until - begin);
            end = Math.Max(end, until);
        }

        return covered / duration;
    }

    /// <summary>Another thread deleted a memslot after this: it is traced when all CPUs have taken note of it, so it began before.</summary>
    public bool SlotDeletedSince(int lane, long first)
    {
        for (var at = FirstFrom(first); at < _log.Count; at++)
            if (_log[at].Kind == Invalidation.WholeSlot && _log[at].Lane != lane) return true;
        return false;
    }

    /// <summary>The last range that a thread began to unmap before a time; -1 where it is not among those looked at.</summary>
    private int LastUnmap(int lane, long time)
    {
        var before = FirstFrom(time);
        for (var at = before - 1; at >= Math.Max(0, before - LookBack); at--)
            if (_log[at].Lane == lane && _log[at].Kind != Invalidation.Passing) return _log[at].Kind == Invalidation.Lasting ? at : -1;
        return -1;
    }

    /// <summary>When a thread began its next invalidation: by then the one before is over.</summary>
    private long NextOf(int lane, int after)
    {
        for (var at = after + 1; at < Math.Min(_log.Count, after + LookBack); at++)
            if (_log[at].Lane == lane && _log[at].Kind != Invalidation.Passing) return _log[at].Time;
        return long.MaxValue;
    }

    private static double Since(long first, long time) => (double)((Int128)time - first);

    private static long After(long time) => time > long.MaxValue - ReachNs ? long.MaxValue : time + ReachNs;

    /// <summary>Times ascend, as far as the trace's do; where they do not, the newest are looked at.</summary>
    private int FirstFrom(long time)
    {
        if (_unordered) return Math.Max(0, _log.Count - LookBack);
        int low = 0, high = _log.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_log[middle].Time < time) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private readonly record struct Entry(long Time, int Lane, Invalidation Kind)
    {
        /// <summary>When a later fault was mapped; what ends by itself, or when its thread goes on, asks for none.</summary>
        public long Settled { get; init; }

        /// <summary>When the thread went on; 0 where nothing tells.</summary>
        public long Held { get; init; }

        public long End => Math.Max(Math.Max(Settled, Held), After(Time));
    }
}
