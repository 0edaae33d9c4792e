namespace KvmTraceLab.Replay.Faults;

/// <summary>
/// When the host invalidated mappings, and by which thread: what a run of retries may be waiting for. There is no event
/// for the end of an invalidation, so each one is taken to excuse what follows for a while, but not for ever.
/// </summary>
internal sealed class InvalidationLog
{
    /// <summary>An invalidation excuses faults this long after (a memslot deletion also before) it. Healthy ones reached 16 ms.</summary>
    public const long ReachNs = 20_000_000;

    /// <summary>… and this many faults of one run. The longest healthy run had 606.</summary>
    public const int ReachFaults = 2048;

    private const int Kept = 65_536;

    private readonly List<Invalidation> _log = [];

    /// <summary>Invalidations seen.</summary>
    public long Count { get; private set; }

    public void Add(long time, int lane, bool wholeSlot)
    {
        if (_log.Count == 2 * Kept) _log.RemoveRange(0, Kept);
        _log.Add(new Invalidation(time, lane, wholeSlot));
        Count++;
    }

    /// <summary>
    /// The share of a run that invalidations of other threads may explain: each covers its reach, and no more than
    /// <see cref="ReachFaults"/> faults.
    /// </summary>
    public double Covered(int lane, long first, long last, long faults)
    {
        if (faults <= 0) return 0;
        var duration = Math.Max(1, last - first);
        var perFault = (double)duration / faults;
        var reach = Math.Min(ReachNs, perFault * ReachFaults);
        double covered = 0;
        double end = first;
        for (var at = FirstFrom(first - ReachNs); at < _log.Count; at++)
        {
            var i = _log[at];
            if (i.Time > last + ReachNs) break;
            if (i.Lane == lane || i.Time > last + (i.WholeSlot ? ReachNs : 0)) continue;
            // What lies between the invalidation and the run costs time, not faults.
            var start = Math.Max(first, i.WholeSlot ? i.Time - ReachNs : i.Time);
            var begin = Math.Max(end, start);
            var until = Math.Min(Math.Min(last, i.Time + ReachNs), start + reach);
            if (until <= begin) continue;
            covered += until - begin;
            end = until;
        }

        return covered / duration;
    }

    /// <summary>Times ascend, as far as the trace's do.</summary>
    private int FirstFrom(long time)
    {
        int low = 0, high = _log.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_log[middle].Time < time) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private readonly record struct Invalidation(long Time, int Lane, bool WholeSlot);
}
