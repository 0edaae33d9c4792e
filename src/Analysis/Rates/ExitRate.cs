using System.Globalization;
using System.Runtime.InteropServices;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Rates;

/// <summary>
/// Exits over time. Without a given width the windows begin at 100 µs and double whenever there are more than 2048, so
/// memory stays bounded and any trace gets a readable chart.
/// </summary>
public sealed class ExitRate : Analysis
{
    /// <summary>Categories told apart; past them, too, the smallest are summed as "other", so that one which grows late is seen.</summary>
    private const int MaxCategories = 512;
    private const int MaxWindows = 2048;
    private const int MaxGivenWindows = 100_000;

    /// <summary>Windows of all categories together; past them the smallest categories are summed as "other".</summary>
    private const long MaxCells = 2_000_000;
    private const int KeptWhenFull = 16;

    /// <summary>Exits of a late category before it gets a place, and how many such categories are counted at a time.</summary>
    private const int WorthAPlace = 32;
    private const int MaxLate = 4096;
    private const int Shown = 8;
    private const ulong Other = ulong.MaxValue;

    private readonly RateKey _key;
    private readonly bool _fixedWidth;
    private readonly Dictionary<ulong, RateSeries> _series = [];
    private readonly Dictionary<ulong, int> _late = [];
    private readonly List<(long Time, int Cpu)> _lost = [];
    private readonly List<ChartMark> _marks = [];
    private readonly int _cr = KnownKinds.Kind("kvm_cr");
    private readonly int _crNumber = KnownKinds.Slot("kvm_cr", "cr");
    private readonly int _crValue = KnownKinds.Slot("kvm_cr", "val");
    private long _cells;
    private long _origin;
    private bool _started;
    private long _lastTime;

    public ExitRate(RateKey key, long? windowNs = null)
    {
        _key = key;
        _fixedWidth = windowNs is not null;
        WindowNs = windowNs ?? 100_000;
    }

    public override string Name => "rate";

    public override string Description => "Exit rate over time by reason, vCPU or RIP.";

    /// <summary>Width of a window in nanoseconds (or ticks).</summary>
    public long WindowNs { get; private set; }

    /// <summary>Where the first window begins.</summary>
    public long OriginNs => _origin;

    /// <summary>Exits that had no time.</summary>
    public long Untimed { get; private set; }

    public override void OnTrip(VcpuLane lane, HostTrip trip)
    {
        if (!trip.HasStart)
        {
            Untimed++;
            return;
        }

        if (!_started)
        {
            _started = true;
            _origin = trip.Start;
        }

        if (trip.Start < _origin) return; // out of order before the first exit: counted by health already
        _lastTime = Math.Max(_lastTime, trip.Start);
        while (!_fixedWidth && (trip.Start - _origin) / WindowNs >= MaxWindows) Halve();
        var window = (trip.Start - _origin) / WindowNs;
        if (window >= MaxGivenWindows)
        {
            while ((trip.Start - _origin) / WindowNs >= MaxGivenWindows) Halve();
            window = (trip.Start - _origin) / WindowNs;
        }

        var series = SeriesOf(KeyOf(lane, trip));
        _cells -= series.Capacity;
        series.Add((int)window, trip.Timed ? trip.Duration : 0);
        _cells += series.Capacity;
        if (_cells > MaxCells && _series.Count > KeptWhenFull + 1) Fold(KeptWhenFull);
    }

    private void Fold(int kept)
    {
        var small = _series.Where(s => s.Key != Other).OrderByDescending(s => s.Value.Total).ThenBy(s => s.Key).Skip(kept).ToList();
        if (!_series.TryGetValue(Other, out var other)) _series[Other] = other = new RateSeries();
        foreach (var (key, series) in small)
        {
            other.Merge(series);
            _series.Remove(key);
        }

        _cells = _series.Values.Sum(s => (long)s.Capacity);
    }

    public override bool Wants(int kind) => kind == _cr;

    public override void OnEvent(VcpuLane lane, in EventRow row)
    {
        if (row.Kind != _cr || !row.HasFields || row[_crNumber] != 4 || !row.HasTime || _marks.Count >= 12) return;
        _marks.Add(new ChartMark(row.Time / 1e9, $"CR4 = {Numbers.Hex(row[_crValue])}"));
    }

    public override void OnLost(in EventRow row)
    {
        if (_lost.Count < 64) _lost.Add((row.HasTime ? row.Time : _lastTime, row.Cpu));
    }

    public override void AddTo(Report report, TraceRun run) => report.Charts.Add(Chart(run, ChartKind.Stacked, []));

    /// <summary>Categories by exits, largest first; what is no category of its own comes last.</summary>
    public IReadOnlyList<(string Name, RateSeries Series)> Top(TraceRun run) =>
        [.. _series.OrderBy(s => s.Key == Other).ThenByDescending(s => s.Value.Total).ThenBy(s => s.Key).Select(s => (NameOf(s.Key, run), s.Value))];

    /// <summary>The chart: events a second (or exits a window where the clock tells no time).</summary>
    public ChartSpec Chart(TraceRun run, ChartKind kind, IEnumerable<Loops.Loop> loops)
    {
        var all = Top(run);
        var windows = all.Count == 0 ? 0 : all.Max(s => s.Series.Length);
        var perSecond = run.IsNanoseconds ? 1e9 / WindowNs : 1;
        var scale = run.IsNanoseconds ? 1e9 : 1;
        // A value stands for its window's middle; a single window is drawn from its start to its end, as one point would not be seen.
        var at = windows == 1 && kind != ChartKind.Heatmap ? [(0, 0.0), (0, 1.0)] : Enumerable.Range(0, windows).Select(w => (Window: w, Part: 0.5)).ToArray();
        var x = at.Select(p => (_origin + ((p.Window + p.Part) * WindowNs)) / scale).ToArray();
        var title = $"Exits by {KeyName}, {(run.Trace.Path == "-" ? "standard input" : Path.GetFileName(run.Trace.Path))}";
        var width = Numbers.Duration(WindowNs, run.TimeUnit);
        var yTitle = run.IsNanoseconds ? "exits per second" : "exits a window";
        var spec = new ChartSpec("rate", kind, title, $"time ({(run.IsNanoseconds ? "s" : run.TimeUnit)}), in windows of {width}", kind == ChartKind.Bar ? "exits" : yTitle);
        if (kind == ChartKind.Bar)
        {
            var top = all.Take(20).ToList();
            return spec with
            {
                XTitle = "",
                Categories = [.. top.Select(s => s.Name)],
                Series = [new ChartSeries("exits", [.. Enumerable.Range(0, top.Count).Select(i => (double)i)], [.. top.Select(s => (double)s.Series.Total)])],
            };
        }

        // One alone is not worth a group.
        var shown = all.Count == Shown + 1 ? all.Count : Shown;
        var series = all.Take(shown).Select(s => new ChartSeries(s.Name, x, [.. at.Select(p => s.Series.CountAt(p.Window) * perSecond)])).ToList();
        if (all.Count > shown)
        {
            series.Add(new ChartSeries(
                _series.ContainsKey(Other) ? "all others" : $"{all.Count - shown} others", x, [.. at.Select(p => all.Skip(shown).Sum(s => s.Series.CountAt(p.Window)) * perSecond)]));
        }

        return spec with
        {
            Series = series,
            Window = WindowNs / scale,
            Bands = [.. loops.Where(l => l.HasTime && l.Kind != Loops.LoopKind.Sweep).Take(6).Select(l => new ChartBand(l.StartNs / scale, l.EndNs / scale, $"{l.Signature ?? (l.Kind == Loops.LoopKind.Other ? l.Reason : Loops.LoopReport.KindName(l.Kind))} x{l.Iterations}", false)),
                .. _lost.Select(l => new ChartBand(l.Time / scale, (l.Time + WindowNs) / scale, $"lost on CPU {l.Cpu}", true))],
            Marks = _marks,
        };
    }

    /// <summary>The key as people write it.</summary>
    public string KeyName => _key switch
    {
        RateKey.Reason => "reason",
        RateKey.Vcpu => "vCPU",
        _ => "RIP",
    };

    private ulong KeyOf(VcpuLane lane, HostTrip trip) => _key switch
    {
        RateKey.Reason => trip.HasReason ? ((ulong)trip.Isa << 32) | trip.Reason : Other - 1,
        RateKey.Vcpu => (ulong)(uint)lane.Tid | ((ulong)((lane.Vcpu ?? -1) + 1) << 32),
        _ => trip.Rip,
    };

    private string NameOf(ulong key, TraceRun run)
    {
        if (key == Other) return "other";
        switch (_key)
        {
            case RateKey.Reason:
                return key == Other - 1 ? "UNKNOWN" : ExitReasonVocabulary.ReportName((Isa)(key >> 32), (uint)key);
            case RateKey.Vcpu:
                var vcpu = (int)(key >> 32) - 1;
                return vcpu >= 0 ? $"vCPU {vcpu} (tid {(int)key})" : $"tid {(int)key}";
            default:
                return run.GuestSymbols.NameOf(key) ?? Numbers.Hex(key);
        }
    }

    private RateSeries SeriesOf(ulong key)
    {
        if (_series.TryGetValue(key, out var series)) return series;
        if (_series.Count >= MaxCategories)
        {
            if (Grows(key)) Fold(MaxCategories / 2);
            else key = Other;
        }

        if (!_series.TryGetValue(key, out series)) _series[key] = series = new RateSeries();
        return series;
    }

    /// <summary>A category that came late: it is worth a place once it has been seen often enough.</summary>
    private bool Grows(ulong key)
    {
        if (_late.Count >= MaxLate) _late.Clear();
        ref var seen = ref CollectionsMarshal.GetValueRefOrAddDefault(_late, key, out _);
        if (++seen < WorthAPlace) return false;
        _late.Remove(key);
        return true;
    }

    private void Halve()
    {
        WindowNs *= 2;
        foreach (var series in _series.Values) series.Halve();
    }
}
