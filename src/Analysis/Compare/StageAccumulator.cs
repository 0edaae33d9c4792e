using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>
/// Takes a trace in event by event and keeps a <see cref="RunSeries"/>. Memory is bounded: windows start narrow and pairs of them
/// are merged whenever there would be more than <see cref="MostWindows"/>.
/// </summary>
/// <param name="path">The file, for messages.</param>
/// <param name="format">What the file is.</param>
public sealed class StageAccumulator(string path, string format)
{
    /// <summary>Windows kept at most. A 60 s run ends with windows of 8.4 ms.</summary>
    public const int MostWindows = 8192;

    private const int MostReasons = 4096;

    private readonly long[] _windows = new long[MostWindows];
    private readonly Dictionary<string, ReasonTally> _reasons = new(StringComparer.Ordinal);
    private readonly HashSet<int> _vcpus = [];
    private int _shift = 10;
    private long _first = long.MinValue;
    private long _last;
    private long _exits;
    private long _lost;
    private long _lostMarkers;
    private long _hostNs;
    private long _busyNs;
    private bool _timed;

    /// <summary>Any event, exits among them: extends the span.</summary>
    /// <param name="timeNs">Its time. Times may step back a little (streams of several CPUs); they then count at the start.</param>
    public void OnEvent(long timeNs)
    {
        if (_first == long.MinValue)
        {
            _first = timeNs;
            _last = timeNs;
        }
        else if (timeNs > _last)
        {
            _last = timeNs;
        }
    }

    /// <summary>An exit.</summary>
    /// <param name="timeNs">Its time.</param>
    /// <param name="reason">The exit reason as reports spell it.</param>
    /// <param name="hostNs">Time until the next entry, or −1 where it is not known (yet: see <see cref="OnHostTime"/>).</param>
    public void OnExit(long timeNs, string reason, long hostNs = -1)
    {
        OnEvent(timeNs);
        _exits++;
        long offset = (long)Math.Min((ulong)Math.Max(timeNs, _first) - (ulong)_first, long.MaxValue);
        while (offset >> _shift >= MostWindows) MergePairs();
        _windows[offset >> _shift]++;

        reason = Known(reason);
        _reasons.TryGetValue(reason, out ReasonTally tally);
        _reasons[reason] = tally with { Count = tally.Count + 1 };
        if (hostNs >= 0) OnHostTime(reason, hostNs);
    }

    /// <summary>Time in the host of an exit told before, once its entry is seen.</summary>
    public void OnHostTime(string reason, long hostNs)
    {
        _timed = true;
        _hostNs += hostNs;
        if (!ReasonTally.IsIdle(reason)) _busyNs += hostNs;
        reason = Known(reason);
        _reasons.TryGetValue(reason, out ReasonTally tally);
        _reasons[reason] = tally with { HostNs = tally.HostNs + hostNs };
    }

    /// <summary>A thread that enters the guest.</summary>
    public void OnVcpu(int tid) => _vcpus.Add(tid);

    /// <summary>A loss marker.</summary>
    /// <param name="events">How many events it says were lost, or −1 where it has no number.</param>
    public void OnLost(long events)
    {
        if (events >= 0) _lost = HealthLog.Sum(_lost, events);
        else _lostMarkers++;
    }

    /// <summary>The run so far.</summary>
    /// <param name="clockIsNanoseconds">False where times count cycles or events: the run then has no length in seconds.</param>
    public RunSeries ToSeries(bool clockIsNanoseconds = true)
    {
        double span = _first == long.MinValue ? 0 : (double)_last - _first;
        double covered = span / Math.Pow(2, _shift);
        // Damaged times span more than an int of windows.
        int used = (int)Math.Clamp(Math.Floor(covered) + 1, 0, MostWindows);
        return new RunSeries
        {
            Path = path,
            Format = format,
            Exits = _exits,
            Seconds = clockIsNanoseconds && span > 0 ? span / 1e9 : null,
            Vcpus = _vcpus.Count,
            Windows = span > 0 ? _windows[..used] : [],
            WindowsCovered = Math.Min(covered, MostWindows),
            LostEvents = _lost,
            LostMarkers = _lostMarkers,
            HostNs = clockIsNanoseconds && _timed ? _hostNs : null,
            BusyHostNs = clockIsNanoseconds && _timed ? _busyNs : null,
            Reasons = new SortedDictionary<string, ReasonTally>(_reasons, StringComparer.Ordinal),
        };
    }

    /// <summary>A reason of its own while there is room: an absurd trace must not fill memory with names.</summary>
    private string Known(string reason) => _reasons.Count < MostReasons || _reasons.ContainsKey(reason) ? reason : "OTHER";

    private void MergePairs()
    {
        for (int i = 0; i < MostWindows / 2; i++) _windows[i] = _windows[2 * i] + _windows[(2 * i) + 1];
        Array.Clear(_windows, MostWindows / 2, MostWindows / 2);
        _shift++;
    }
}
