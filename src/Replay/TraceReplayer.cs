using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Kvm;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Replay;

/// <summary>
/// Turns events into lives: one lane a thread, one trip from each exit to the next entry, and tells observers. Knowledge
/// ends where events were lost.
/// </summary>
public sealed partial class TraceReplayer
{
    /// <summary>Threads told apart; events of further ones share one lane (a counter says so).</summary>
    public const int MaxLanes = 65_536;

    /// <summary>Where further threads are told of; no thread has it.</summary>
    public const int SharedTid = -2;

    /// <summary>Threads found without a look into the dictionary; a power of two.</summary>
    private const int RecentLanes = 64;

    public static readonly HealthCounter TooManyThreads = new(
        "tooManyThreads", Severity.Info, "More than 65536 threads: events of the others are counted together, as tid -2, and not judged. Narrow with --tid.");

    // Called through delegates: code compiled ahead of time finds the method of a class call anew each time.
    private delegate void EventHandler(VcpuLane lane, in EventRow row);

    private delegate void TripHandler(VcpuLane lane, HostTrip trip);

    private readonly TraceObserver[] _observers;
    private readonly TripHandler[] _onTrip;
    private readonly VcpuLane?[] _recent = new VcpuLane[RecentLanes];
    private EventHandler[]?[] _onEvent = new EventHandler[256][];
    private Func<RowFilter>? _askFilter;
    private RowFilter _filter = RowFilter.All;
    private bool _filtered;
    private readonly Dictionary<int, VcpuLane> _lanes = [];
    private readonly List<VcpuLane> _all = [];
    private readonly WholeLanes _whole = new();
    private readonly int _guestExit = KnownKinds.Kind("kvm_guest_exit");
    private readonly int _reenter = KnownKinds.Kind("kvm_book3s_reenter");
    private VcpuLane? _last;
    private VcpuLane? _shared;

    /// <summary>The last lost marker of each CPU, as its number in <see cref="LostMarkers"/>.</summary>
    private readonly Dictionary<int, long> _lostOn = [];
    private long _previousTime;
    private long _batches;
    private long[] _counts = new long[256];

    /// <param name="observers">Who is told of what happens.</param>
    /// <param name="filter">
    /// Rows that take part, asked for when the first are there, since only then is it known what a text's clock counts; all if null.
    /// </param>
    public TraceReplayer(IEnumerable<TraceObserver> observers, Func<RowFilter>? filter = null)
    {
        _observers = [.. observers];
        _onTrip = [.. _observers.Where(o => o.WantsTrips).Select(o => (TripHandler)o.OnTrip)];
        _askFilter = filter;
    }

    /// <summary>All lanes in order of appearance.</summary>
    public IReadOnlyList<VcpuLane> Lanes => _all;

    /// <summary>The lane of a thread; null where the trace has none of it.</summary>
    public VcpuLane? Find(int tid) => _lanes.GetValueOrDefault(tid);

    /// <summary>The vendor that most exits speak of so far.</summary>
    public Isa Vendor { get; private set; }

    public long FirstTime { get; private set; }

    public long LastTime { get; private set; }

    /// <summary>Some event had a time.</summary>
    public bool HasTimes { get; private set; }

    public HealthLog Health { get; } = new();

    /// <summary>Rows that took part.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows of one kind that took part.</summary>
    public long CountOf(int kind) => (uint)kind < (uint)_counts.Length ? _counts[kind] : 0;

    /// <summary>Markers of lost events.</summary>
    public long LostMarkers { get; private set; }

    public void Process(EventBatch batch)
    {
        batch.Number = ++_batches;
        if (batch.Count > 0 && _askFilter is { } ask)
        {
            _filter = ask();
            _filtered = !_filter.IsAll;
            _askFilter = null;
        }

        _turns.BeginBatch();
        for (var i = 0; i < batch.Count; i++)
        {
            Process(batch[i]);
            if (!_filtered && _turns.Ends(batch, i, out var period)) i = TakeTurns(batch, i, period);
        }

        foreach (var observer in _observers) observer.OnBatchEnd();
    }

    /// <summary>Closes what is open; call once, after the last batch.</summary>
    public void End()
    {
        foreach (var lane in _all)
            if (lane.InHost) CloseTrip(lane, timed: false);
        foreach (var observer in _observers) observer.OnEnd();
    }

    private void Process(in EventRow row)
    {
        ref readonly var head = ref row.Head;
        int kind = head.Kind;
        if (kind == EventCatalog.LostKind)
        {
            Lost(row);
            return;
        }

        var hasTime = (head.Flags & RowFlags.NoTime) == 0;
        if (_filtered && !_filter.Passes(head.Time, hasTime)) return;
        var lane = _last is { } last && last.Tid == head.Tid ? last : LaneOf(row);
        if (_filtered)
        {
            if (lane.Vcpu is null) LearnVcpu(lane, row, kind);
            if (!_filter.Passes(lane)) return;
        }

        Rows++;
        if ((uint)kind >= (uint)_counts.Length) Array.Resize(ref _counts, kind + 256);
        _counts[kind]++;
        lane.Events++;
        if (hasTime) Clock(lane, head.Time, head.Offset);
        if ((head.Flags & RowFlags.Gap) != 0) Break(-1);
        if (head.Cpu != lane.LastCpu && head.Cpu >= 0) Moved(lane, head.Cpu);
        else if (!lane.IsWhole) _whole.Put(lane, lane.LastCpu);
        var role = KnownKinds.RoleOf(kind);
        if (role == TripEvent.Exit)
        {
            Exit(lane, row);
        }
        else if (role == TripEvent.Entry)
        {
            Notify(lane, row, kind);
            Entry(lane, row);
            return;
        }
        else if (lane.InHost)
        {
            lane.Trip.Events++;
            TripReader.Read(lane, row, role);
        }
        else if (role >= TripEvent.NestedExit)
        {
            TripReader.ReadNested(lane, role);
            if (Vendor == Isa.Unknown && role == TripEvent.NestedExit && row.HasFields) Vendor = KvmNestedVmexit.Over(row).Isa; // an excerpt without kvm_exit
        }

        Notify(lane, row, kind);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Notify(VcpuLane lane, in EventRow row, int kind)
    {
        var handlers = (uint)kind < (uint)_onEvent.Length ? _onEvent[kind] : null;
        foreach (var handler in handlers ?? HandlersOf(kind)) handler(lane, row);
    }

    /// <summary>Who wants events of a kind; asked when the kind is first seen.</summary>
    private EventHandler[] HandlersOf(int kind)
    {
        if (kind >= _onEvent.Length) Array.Resize(ref _onEvent, kind + 256);
        return _onEvent[kind] = [.. _observers.Where(o => o.Wants(kind)).Select(o => (EventHandler)o.OnEvent)];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Clock(VcpuLane lane, long time, long offset)
    {
        if (!HasTimes)
        {
            HasTimes = true;
            FirstTime = LastTime = _previousTime = time;
        }

        if (time < _previousTime) Health.Count(TraceHealth.TimeBackwards, offset);
        _previousTime = time;
        if (time < FirstTime) FirstTime = time;
        if (time > LastTime) LastTime = time;
        if (lane.Events == 1) lane.FirstTime = time;
        lane.LastTime = time;
    }

    private void Exit(VcpuLane lane, in EventRow row)
    {
        if (lane.InHost) CloseTrip(lane, timed: false); // its entry is missing
        lane.IsVcpu = true;
        lane.Exits++;
        var trip = lane.Trip;
        trip.Open();
        var exit = KvmExit.Over(row);
        trip.HasReason = exit.HasReason;
        trip.Start = row.Time;
        trip.HasStart = row.HasTime;
        lane.ExitAfterLost = LostMarkers;
        trip.Offset = row.Offset;
        if (trip.HasReason)
        {
            trip.Isa = exit.Isa;
            if (trip.Isa == Isa.Unknown) trip.Isa = lane.Isa != Isa.Unknown ? lane.Isa : Vendor;
            else if (lane.Isa == Isa.Unknown) lane.Isa = Vendor = trip.Isa;
            trip.FullReason = exit.Reason;
            trip.FailedVmentry = trip.Isa is Isa.Vmx or Isa.Unknown && (exit.Reason & ExitReasonVocabulary.FailedVmentry) != 0;
            trip.Reason = trip.Isa == Isa.Vmx || trip.Isa == Isa.Unknown ? exit.Reason & 0xffff : exit.Reason;
            trip.Rip = exit.Rip;
            trip.Info1 = exit.Info1;
            trip.Info2 = exit.Info2;
            trip.IsHostInterrupt = ExitClass.IsHostInterrupt(trip.Isa, trip.Reason, exit);
            trip.IsIdle = ExitClass.IsHalt(trip.Isa, trip.Reason) || (trip.Isa == Isa.Book3s && row.Kind == _guestExit && KvmGuestExit.Over(row).Ceded);
            if (exit.HasVcpuId && lane is { Vcpu: null, IsShared: false }) lane.Vcpu = exit.VcpuId;
            TripReader.ReadExit(trip, exit);
        }

        trip.Level = lane.SeesNestedExits ? GuestLevel.L1 : lane.Level;
        if (lane.InGuest && lane.LastEntryHasTime && row.HasTime && row.Time >= lane.LastEntryTime) lane.GuestNs += row.Time - lane.LastEntryTime;
        lane.InGuest = false;
        lane.InHost = true;
    }

    private void Entry(VcpuLane lane, in EventRow row)
    {
        lane.IsVcpu = true;
        lane.Entries++;
        var entry = KvmEntry.Over(row);
        var enters = row.Kind != _reenter || !KvmBook3sReenter.Over(row).ToUserspace;
        if (entry.HasVcpuId && !lane.IsShared) lane.Vcpu ??= entry.VcpuId;
        if (lane.InHost)
        {
            var trip = lane.Trip;
            trip.HasEntryRip = entry.HasRip;
            trip.EntryRip = entry.Rip;
            trip.End = row.Time;
            CloseTrip(lane, timed: enters && trip.HasStart && row.HasTime && row.Time >= trip.Start);
        }

        lane.InGuest = enters;
        lane.LastEntryTime = row.Time;
        lane.LastEntryHasTime = row.HasTime;
    }

    private void CloseTrip(VcpuLane lane, bool timed)
    {
        var trip = lane.Trip;
        lane.InHost = false;
        trip.Timed = timed;
        if (timed)
        {
            var idle = trip.IsIdle ? trip.Duration : Math.Min(trip.BlockedNs, trip.Duration);
            lane.IdleNs += idle;
            lane.HostNs += trip.Duration - idle;
        }

        foreach (var handler in _onTrip) handler(lane, trip);
    }

    /// <summary>
    /// A thread that comes to another CPU: what was lost there since its exit may have held its entry and a further exit.
    /// </summary>
    private void Moved(VcpuLane lane, int cpu)
    {
        lane.LastCpu = cpu;
        _whole.Put(lane, cpu);
        if (lane.InHost && _lostOn.TryGetValue(cpu, out var marker) && marker > lane.ExitAfterLost) CloseTrip(lane, timed: false);
    }

    private void Lost(in EventRow row)
    {
        LostMarkers++;
        if (row.Cpu >= 0) _lostOn[row.Cpu] = LostMarkers;
        Break(row.Cpu);
        foreach (var observer in _observers) observer.OnLost(row);
    }

    /// <summary>
    /// Events are missing on a CPU, or somewhere (-1) where someone cut lines out: an exit before and an entry behind need not belong
    /// together. Only threads last seen there can have lost something.
    /// </summary>
    private void Break(int cpu)
    {
        foreach (var lane in _whole.Take(cpu))
        {
            if (lane.InHost) CloseTrip(lane, timed: false);
            lane.InGuest = false;
            lane.Level = GuestLevel.Unknown;
        }
    }

    /// <summary>The lane of the threads that are too many. What one of them began another does not end.</summary>
    private VcpuLane Shared(int tid)
    {
        if (_shared is null) _all.Add(_shared = new VcpuLane(SharedTid, _all.Count) { IsShared = true, SharedBy = tid, Comm = "(others)" });
        if (_shared.SharedBy == tid) return _shared;
        _shared.SharedBy = tid;
        if (_shared.InHost) CloseTrip(_shared, timed: false);
        _shared.InGuest = false;
        _shared.Level = GuestLevel.Unknown;
        return _shared;
    }

    private VcpuLane LaneOf(in EventRow row)
    {
        var tid = row.Tid;
        ref var recent = ref _recent[tid & (RecentLanes - 1)];
        if (recent is { } known && known.Tid == tid && known.Comm.Length > 0 && known.Comm[0] != '<') return _last = known;
        if (!_lanes.TryGetValue(tid, out var lane))
        {
            if (_all.Count >= MaxLanes)
            {
                Health.Count(TooManyThreads, row.Offset);
                return _last = Shared(tid);
            }

            lane = new VcpuLane(tid, _all.Count);
            _lanes[tid] = lane;
            _all.Add(lane);
        }

        if (lane.Comm.Length == 0 || lane.Comm == "<...>")
        {
            lane.Comm = Encoding.UTF8.GetString(row.Comm);
            lane.Vcpu ??= FromComm(lane.Comm);
        }

        recent = lane;
        return _last = lane;
    }

    /// <summary>QEMU names its vCPU threads <c>CPU 3/KVM</c>.</summary>
    private static int? FromComm(string comm)
    {
        if (!comm.StartsWith("CPU ", StringComparison.Ordinal) || !comm.Contains("/KV", StringComparison.Ordinal)) return null;
        return int.TryParse(comm.AsSpan(4, comm.IndexOf('/', StringComparison.Ordinal) - 4), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
    }

    private void LearnVcpu(VcpuLane lane, in EventRow row, int kind)
    {
        if (KnownKinds.IsEntry(kind) && KvmEntry.Over(row) is { HasVcpuId: true } entry) lane.Vcpu = entry.VcpuId;
        else if (KnownKinds.IsExit(kind) && KvmExit.Over(row) is { HasVcpuId: true } exit) lane.Vcpu = exit.VcpuId;
    }
}
