using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Loops;

/// <summary>
/// Finds loops on every thread. Three streams a thread: all events but host-interrupt trips (the loops proper); all
/// events, for loops that are made of such trips; and addresses left out, for sweeps. Of loops that overlap the first
/// stream's win.
/// </summary>
public sealed class LoopDetector : TraceObserver
{
    /// <summary>Loops kept, and as many sweeps; the smallest beyond are dropped and counted.</summary>
    public const int MaxLoops = 1000;

    /// <summary>Threads followed at a time; one unseen for longest is let go, and a loop of it is told in pieces.</summary>
    private const int MaxFollowed = 1024;

    private readonly int _minIterations;
    private readonly int _maxPeriod;
    private readonly EventToken _tokens = new();
    private readonly NotableEvents _notable = new();
    private readonly Dictionary<int, LaneLoops> _lanes = [];
    private readonly LaneCache<LaneLoops> _recent = new();
    private readonly List<Loop> _found = [];
    private readonly List<Loop> _ticks = [];
    private readonly List<Loop> _sweeps = [];
    private readonly List<LaneLoops> _inBatch = [];

    /// <summary>Of threads that were let go: where more run at once than are followed, that happens all the time.</summary>
    private readonly Stack<LaneLoops> _free = new();
    private LaneLoops? _last;
    private long _turns;

    /// <param name="minIterations">Complete periods that make a loop, at least 2.</param>
    /// <param name="maxPeriod">Longer periods are not reported, at most 64.</param>
    public LoopDetector(int minIterations = 16, int maxPeriod = PeriodTracker.MaxPeriod)
    {
        _minIterations = Math.Max(2, minIterations);
        _maxPeriod = Math.Clamp(maxPeriod, 1, PeriodTracker.MaxPeriod);
    }

    /// <summary>Loops left out because there were too many.</summary>
    public long Dropped { get; private set; }

    /// <summary>All loops, most events first, sweeps last. Complete after <see cref="OnEnd"/>.</summary>
    public IReadOnlyList<Loop> Loops { get; private set; } = [];

    public override bool WantsTrips => false;

    public override void OnEvent(VcpuLane lane, in EventRow row)
    {
        var loops = _last is { } l && l.Lane == lane ? l : Of(lane);
        if (loops is null) return;
        if (!loops.InBatch)
        {
            loops.InBatch = true;
            _inBatch.Add(loops);
        }

        loops.Add(row, _tokens, _notable);
    }

    public override bool TakesTurns(VcpuLane lane, in Turns turn) => Of(lane) is { InBatch: true } loops && loops.TakesTurns(turn);

    public override void OnTurns(VcpuLane lane, in Turns turns) => Of(lane)!.Add(turns, _notable);

    public override void OnBatchEnd()
    {
        foreach (var loops in _inBatch) loops.EndBatch();
        _inBatch.Clear();
    }

    public override void OnLost(in EventRow row)
    {
        foreach (var loops in _lanes.Values)
            if (row.Cpu < 0 || loops.Lane.LastCpu < 0 || loops.Lane.LastCpu == row.Cpu) loops.Break();
    }

    public override void OnEnd()
    {
        foreach (var loops in _lanes.Values) loops.Break();
        var all = new List<Loop>(_found);
        all.AddRange(_ticks.Where(t => !Overlapped(t, _found)));
        Trim(all);
        var sweeps = _sweeps.Where(s => !Overlapped(s, all)).ToList();
        Trim(sweeps);
        all.AddRange(sweeps);
        Loops = all;
    }

    /// <summary>Follows a thread from its first exit or entry on; before that it is no vCPU.</summary>
    private LaneLoops? Of(VcpuLane lane)
    {
        if (_recent.Find(lane) is { } known)
        {
            known.Turn = ++_turns;
            return _last = known;
        }

        if (!_lanes.TryGetValue(lane.Index, out var loops))
        {
            if (lane.IsShared || (!lane.IsVcpu && lane.Events > 1 && !lane.InHost)) return null;
            if (_lanes.Count >= MaxFollowed) LetGo();
            _lanes[lane.Index] = loops = _free.TryPop(out var free) ? free.Follow(lane) : new LaneLoops(lane, _minIterations, Found);
        }

        loops.Turn = ++_turns;
        _recent.Put(lane, loops);
        return _last = loops;
    }

    private void LetGo()
    {
        _recent.Clear();
        foreach (var old in _lanes.Values.OrderBy(l => l.Turn).Take(MaxFollowed / 2).ToList())
        {
            old.Break();
            _lanes.Remove(old.Lane.Index);
            _free.Push(old);
        }
    }

    private void Found(VcpuLane lane, LoopRun run, LoopStreamKind kind)
    {
        if (run.Period > _maxPeriod || LoopClassifier.Make(lane, run, kind == LoopStreamKind.WithoutAddress) is not { } loop) return;
        var list = kind switch { LoopStreamKind.Main => _found, LoopStreamKind.WithInterrupts => _ticks, _ => _sweeps };
        list.Add(loop);
        if (list.Count <= MaxLoops + (MaxLoops / 4)) return;
        Trim(list);
    }

    private void Trim(List<Loop> list)
    {
        list.Sort(BySize);
        if (list.Count <= MaxLoops) return;
        Dropped += list.Count - MaxLoops;
        list.RemoveRange(MaxLoops, list.Count - MaxLoops);
    }

    private static bool Overlapped(Loop loop, List<Loop> others) =>
        others.Exists(o => o.Tid == loop.Tid && o.FirstEvent <= loop.LastEvent && loop.FirstEvent <= o.LastEvent && (o.Iterations * o.Period * 20 >= loop.Iterations * loop.Period));

    private static int BySize(Loop a, Loop b)
    {
        var order = (b.Iterations * b.Period).CompareTo(a.Iterations * a.Period);
        if (order == 0) order = a.Tid.CompareTo(b.Tid);
        return order != 0 ? order : a.FirstEvent.CompareTo(b.FirstEvent);
    }

    internal enum LoopStreamKind
    {
        Main,
        WithInterrupts,
        WithoutAddress,
    }

    /// <summary>One thread's streams.</summary>
    private sealed class LaneLoops
    {
        private readonly EventHistory _history = new();
        private readonly EventHistory _mainHistory = new();
        private readonly LoopStream _main;
        private readonly LoopStream _all;
        private readonly LoopStream _sweep;
        private bool _interruptTrip;
        private bool _sawInterrupt;
        private bool _sweepReset;

        public LaneLoops(VcpuLane lane, int minIterations, Action<VcpuLane, LoopRun, LoopStreamKind> found)
        {
            Lane = lane;
            _main = new LoopStream(minIterations, run => found(Lane, run, LoopStreamKind.Main));
            _all = new LoopStream(minIterations, run => found(Lane, run, LoopStreamKind.WithInterrupts));
            _sweep = new LoopStream(minIterations, run => found(Lane, run, LoopStreamKind.WithoutAddress));
        }

        public VcpuLane Lane { get; private set; }

        /// <summary>The batch at hand holds events of this thread.</summary>
        public bool InBatch { get; set; }

        /// <summary>When the thread last took over from another.</summary>
        public long Turn { get; set; }

        /// <summary>Follows another thread, after <see cref="Break"/>.</summary>
        public LaneLoops Follow(VcpuLane lane)
        {
            Lane = lane;
            _sawInterrupt = _sweepReset = false;
            return this;
        }

        public void Add(in EventRow row, EventToken tokens, NotableEvents notable)
        {
            var kind = row.Kind;
            var isInterrupt = KnownKinds.IsExit(kind) && Lane.Trip.IsHostInterrupt;
            if (_sweepReset && !_interruptTrip && !isInterrupt && _main.Repeats(row))
            {
                _mainHistory.Add(row, notable.Is(kind), Lane.Events);
                _main.Repeat(row, _mainHistory);
                return;
            }

            tokens.Of(row, out var token, out var withoutAddress);
            if (isInterrupt)
            {
                _interruptTrip = true;
                _sawInterrupt = true;
                var reason = ExitReasonVocabulary.ReportName(Lane.Trip.Isa, Lane.Trip.Reason);
                _main.NoteInterrupt(reason);
                _sweep.NoteInterrupt(reason);
            }

            if (_sawInterrupt && !_main.IsSettled)
            {
                _history.Add(row, notable.Is(kind), Lane.Events);
                _all.Add(token, row, _history);
            }
            else if (_sawInterrupt && _interruptTrip)
            {
                _all.Break(); // far inside a loop proper: what the interrupts do is noise
                _sawInterrupt = false;
            }

            if (_interruptTrip)
            {
                if (KnownKinds.IsEntry(kind)) _interruptTrip = false;
                return;
            }

            _mainHistory.Add(row, notable.Is(kind), Lane.Events);
            _main.Add(token, row, _mainHistory);
            if (_main.IsSettled)
            {
                if (!_sweepReset) _sweep.Break();
                _sweepReset = true;
                return;
            }

            _sweepReset = false;
            _sweep.Add(withoutAddress, row, _mainHistory);
        }

        /// <summary>Far inside a loop, and turns are its periods.</summary>
        public bool TakesTurns(in Turns turn) => _sweepReset && !_interruptTrip && !Lane.Trip.IsHostInterrupt && _main.TakesTurns(turn.Period);

        public void Add(in Turns turns, NotableEvents notable)
        {
            _mainHistory.Add(turns, notable);
            _main.Repeat(turns, _mainHistory);
        }

        public void EndBatch()
        {
            InBatch = false;
            _history.EndBatch();
            _mainHistory.EndBatch();
        }

        public void Break()
        {
            _main.Break();
            _all.Break();
            _sweep.Break();
            _history.Clear();
            _mainHistory.Clear();
            _interruptTrip = false;
        }
    }
}
